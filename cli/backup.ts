import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { backUp } from '../engine/backup/backup.ts';
import { systemClock } from '../engine/clock.ts';
import type { Context } from './context.ts';
import { openDatabase } from './database.ts';
import { UsageError } from './errors.ts';
import { count } from './progress.ts';
import { findRunning } from './runFile.ts';
import { requireRunning, runningUrl } from './session.ts';

interface Flags {
  readonly json?: true;
}

/** `tickwave backup` */
export function backup(context: Context): Command {
  return new Command('backup')
    .description(
      'write all that is stored into a folder, while Tickwave runs or not; `tickwave restore` reads it',
    )
    .argument('<folder>', 'where the backup goes: a folder that is not there yet')
    .option('--json', 'what it holds as JSON')
    .addHelpText('after', EXAMPLES)
    .action((folder: string, flags: Flags) => run(context, folder, flags));
}

const EXAMPLES = `
Examples:
  $ tickwave backup backups/2026-11-21
  $ tickwave backup backups/2026-11-21 && DATA_DIR=elsewhere tickwave restore backups/2026-11-21

It holds the tables that are written to, all of one moment, and the files of models and API keys. Views are not in it: they are
computed anew. Passwords of the database are not in it either: a restored one has its own.`;

/** Files of the data folder that belong to a backup. */
const WANTED = /^(models\/(?!.*\.writing-)|api-keys\.json$)/;

async function run(context: Context, folder: string, { json }: Flags): Promise<void> {
  const { terminal } = context;
  const config = context.config();
  onlyEmbedded(config, 'backup');
  const progress = context.progress();
  const manifest = await withDatabase(context, config, (url) =>
    backUp({
      ...{ url, folder: resolve(folder), beside: config.DATA_DIR, clock: systemClock },
      wanted: (path) => WANTED.test(path),
      onTable: (done, total, table) => {
        if (done === 0) progress.begin('backing up', total, 'tables');
        progress.at(done, { note: table });
      },
    }),
  );
  progress.end();
  if (json) return terminal.print(JSON.stringify(manifest));
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  const bytes = [...manifest.tables, ...manifest.files].reduce((sum, file) => sum + file.bytes, 0);
  terminal.print(
    `${folder}: ${count(rows)} rows of ${manifest.tables.length} tables and ${manifest.files.length} files, ${count(bytes)} bytes, as of ${manifest.takenAt}`,
  );
}

/** @throws UsageError for a database of one's own, which has its own ways */
export function onlyEmbedded({ DATABASE_URL }: Config, verb: string): void {
  if (DATABASE_URL === null) return;
  throw new UsageError(
    `\`tickwave ${verb}\` is for the embedded database, and DATABASE_URL names another. Use what that database has: pg_dump for PostgreSQL, meta snapshots for RisingWave`,
  );
}

async function withDatabase<T>(
  context: Context,
  config: Config,
  work: (url: string) => Promise<T>,
): Promise<T> {
  if (findRunning(config.DATA_DIR) !== null) return work(runningUrl(config, requireRunning(config), 'owner'));
  const database = await openDatabase(config, context.terminal.debug);
  try {
    return await work(database.url('owner'));
  } finally {
    await database.stop();
  }
}
