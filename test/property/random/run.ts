import pg from 'pg';
import { buildCatalog } from '../../../engine/catalog/catalog.ts';
import { Engine } from '../../../engine/engine.ts';
import { verifyView } from '../../../engine/postgres/verify.ts';
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
 * One random catalog under one random history: after each refresh every stored view has to equal its query run from nothing,
 * and so it has to after everything was computed anew slice by slice.
 */
export async function runRandomCatalog({ url, seed, rounds }: RandomRun): Promise<void> {
  const chance = new Chance(seed);
  const files = randomFiles(chance);
  const fail = (what: string, cause?: unknown): Error => {
    const views = [...files].filter(([file]) => file.startsWith('features/')).map(([, text]) => text);
    return new Error(`TEST_SEED=${seed}: ${what}\n\n${views.join('\n')}`, { cause });
  };
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  let engine: Engine | null = null;
  try {
    await client.query("set timezone = 'UTC'; set search_path = public, compat");
    engine = await Engine.open({ url, catalog: buildCatalog(files) }).catch((error: Error) => {
      throw fail(`does not deploy: ${error.message}`, error);
    });
    const opened = engine;
    const check = async (when: string): Promise<void> => {
      for (const view of opened.layout.views) {
        const difference = await verifyView(client, opened.layout, view.name);
        if (difference) throw fail(`${when}: ${JSON.stringify(difference, null, 1)}`);
      }
    };
    for (let round = 0; round < rounds; round++) {
      const writes = chance.whole(1, 6);
      for (let write = 0; write < writes; write++) await randomWrite(client, chance);
      await engine.refresh().catch((error: Error) => {
        throw fail(`round ${round} does not refresh: ${error.message}`, error);
      });
      await check(`round ${round}`);
    }
    await engine.refresh(engine.layout.views.map((view) => view.name));
    await check('after everything was computed anew');
  } finally {
    await engine?.stop();
    await client.end();
  }
}
