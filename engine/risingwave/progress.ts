import type pg from 'pg';
import type { Clock } from '../clock.ts';
import { connect } from './connection.ts';

/** A view that is being built in the background. */
export interface BuildProgress {
  readonly statement: string;
  /** As RisingWave says it: `42.1%`, with rows where it counts them. */
  readonly progress: string;
}

const EVERY_MS = 500;

/** Tells of builds in the background while `work` runs, over a connection of its own: that of the work waits. */
export async function withProgress<T>(
  url: string,
  clock: Clock,
  tell: (progress: readonly BuildProgress[]) => void,
  work: () => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  const watching = watch(url, clock, tell, ending.signal);
  try {
    return await work();
  } finally {
    ending.abort();
    await watching;
  }
}

/** Progress is for people: trouble in asking for it ends the telling and nothing else. */
async function watch(
  url: string,
  clock: Clock,
  tell: (progress: readonly BuildProgress[]) => void,
  signal: AbortSignal,
): Promise<void> {
  let client: pg.Client | null = null;
  try {
    while (await clock.sleep(EVERY_MS, signal)) {
      client ??= await connect(url, 'tickwave progress');
      const { rows } = await client.query<BuildProgress>(
        'select ddl_statement as statement, progress from rw_catalog.rw_ddl_progress',
      );
      if (rows.length > 0) tell(rows);
    }
  } catch {
    // The build itself says what went wrong.
  } finally {
    await client?.end().catch(() => {});
  }
}
