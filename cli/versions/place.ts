import type { Config } from '../../config/config.ts';
import type { Context } from '../context.ts';
import { openDatabase } from '../database.ts';
import { AlreadyRunning } from '../errors.ts';
import { announced, findRunning } from '../runFile.ts';
import { runningUrl } from '../session.ts';

/** Runs work on the data folder's database: the one that runs, or one that is started for it. No view is touched. */
export async function withDatabase<T>(
  { terminal }: Context,
  config: Config,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const running = announced(config.DATA_DIR);
  if (running !== null) return work(runningUrl(config, running, 'owner'));
  const starting = findRunning(config.DATA_DIR);
  if (starting !== null)
    throw new AlreadyRunning(
      'start',
      starting.pid,
      config.DATA_DIR,
      'It is still starting: try again in a moment',
    );
  const database = await openDatabase(config, terminal.debug);
  try {
    return await work(database.url('owner'));
  } finally {
    await database.stop();
  }
}
