import { KeptViews } from '../../support/keptViews.ts';
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
  let when = 'at deployment';
  let kept: KeptViews | null = null;
  try {
    kept = await KeptViews.open(url, files);
    const names = kept.layout.views.map((view) => view.name);
    for (let round = 0; round < rounds; round++) {
      when = `round ${round}`;
      const writes = chance.whole(1, 6);
      for (let write = 0; write < writes; write++) await randomWrite(kept.writer, chance);
      const puttingOff = chance.likely(0.3) && round < rounds - 1;
      await kept.refresh(puttingOff ? names.filter(() => chance.likely(0.3)) : 'all');
    }
    when = 'after everything was computed anew';
    await kept.refresh('all', names);
  } catch (cause) {
    const views = [...files].filter(([file]) => file.startsWith('features/')).map(([, text]) => text);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`SEED=${seed}: ${when}: ${reason}\n\n${views.join('\n')}`, { cause });
  } finally {
    await kept?.close();
  }
}
