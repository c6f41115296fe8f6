import pg from 'pg';
import { buildCatalog } from '../../../engine/catalog/catalog.ts';
import { deploy } from '../../../engine/postgres/deploy/deploy.ts';
import { type Layout, layOut } from '../../../engine/postgres/deploy/plan.ts';
import { Feed } from '../../../engine/postgres/feed.ts';
import { Refresher } from '../../../engine/postgres/refresher.ts';
import { verifyView } from '../../../engine/postgres/verify.ts';
import { ViewCopy } from '../../support/viewCopy.ts';
import { randomFiles } from './catalog.ts';
import { Chance } from './chance.ts';
import { randomWrite } from './writes.ts';

export interface RandomRun {
  /** Address of an empty database. */
  readonly url: string;
  readonly seed: number;
  readonly rounds: number;
}

/**
 * One random catalog under one random history. After each refresh that puts nothing off, every stored view has to equal its
 * query run from nothing, and so it has to after everything was computed anew slice by slice; after every refresh whatsoever
 * the change feed has to give the view.
 */
export async function runRandomCatalog({ url, seed, rounds }: RandomRun): Promise<void> {
  const chance = new Chance(seed);
  const files = randomFiles(chance);
  const fail = (when: string, cause: unknown): Error => {
    const views = [...files].filter(([file]) => file.startsWith('features/')).map(([, text]) => text);
    return new Error(
      `TEST_SEED=${seed}: ${when}: ${cause instanceof Error ? cause.message : String(cause)}\n\n${views.join('\n')}`,
      { cause },
    );
  };
  const writer = new pg.Client({ connectionString: url });
  const keeper = new pg.Client({ connectionString: url });
  await Promise.all([writer.connect(), keeper.connect()]);
  let when = 'at deployment';
  try {
    await writer.query("set timezone = 'UTC'; set search_path = public, compat");
    const layout = layOut(buildCatalog(files));
    await deploy(keeper, layout);
    const feed = new Feed();
    const copies = await ViewCopy.follow(writer, feed, layout.views);
    const refresher = new Refresher(keeper, layout, feed);
    const refresh = async (
      due: readonly string[] | 'all',
      everything: readonly string[] = [],
    ): Promise<void> => {
      const { changes } = await refresher.refresh(due, everything);
      for (const failure of await feed.publish(changes)) throw failure.cause;
      for (const copy of copies) expectNothing(await copy.difference(writer));
      if (due === 'all') await verifyAll(writer, layout);
    };
    for (let round = 0; round < rounds; round++) {
      when = `round ${round}`;
      const writes = chance.whole(1, 6);
      for (let write = 0; write < writes; write++) await randomWrite(writer, chance);
      const puttingOff = chance.likely(0.3) && round < rounds - 1;
      await refresh(
        puttingOff ? layout.views.map((view) => view.name).filter(() => chance.likely(0.3)) : 'all',
      );
    }
    when = 'after everything was computed anew';
    await refresh(
      'all',
      layout.views.map((view) => view.name),
    );
  } catch (error) {
    throw fail(when, error);
  } finally {
    await Promise.all([writer.end(), keeper.end()]);
  }
}

function expectNothing(difference: string): void {
  if (difference !== '') throw new Error(difference);
}

async function verifyAll(client: pg.Client, layout: Layout): Promise<void> {
  for (const view of layout.views) {
    const difference = await verifyView(client, layout, view.name);
    if (difference) throw new Error(JSON.stringify(difference, null, 1));
  }
}
