import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import pg from 'pg';
import type { Config } from '../config/config.ts';
import { BackupError } from '../engine/backup/errors.ts';
import { copyFiles } from '../engine/backup/files.ts';
import { type Manifest, verifyBackup } from '../engine/backup/manifest.ts';
import { restoreTables } from '../engine/backup/restore.ts';
import { loadCatalog } from '../engine/catalog/catalog.ts';
import { Engine } from '../engine/engine.ts';
import { existingHome } from '../engine/postgres/server/placement.ts';
import { DATABASE, type Server, startServer } from '../engine/postgres/server.ts';
import { onlyEmbedded } from './backup.ts';
import type { Context } from './context.ts';
import { RESTORING } from './database.ts';
import { diskOf } from './disk.ts';
import { count } from './progress.ts';

/** `tickwave restore` */
export function restore(context: Context): Command {
  return new Command('restore')
    .description('put a backup into a data folder that has no database yet, and build every view from it')
    .argument('<folder>', 'that `tickwave backup` wrote')
    .addHelpText('after', EXAMPLES)
    .action((folder: string) => run(context, resolve(folder)));
}

const EXAMPLES = `
Examples:
  $ DATA_DIR=elsewhere tickwave restore backups/2026-11-21
  $ DATA_DIR=elsewhere tickwave start

Every file is checked by its hash before anything is written. What is there is never overwritten; a restore that was broken off
begins anew when it is asked for again.`;

async function run(context: Context, folder: string): Promise<void> {
  const { terminal } = context;
  const config = context.config();
  onlyEmbedded(config, 'restore');
  const progress = context.progress();
  const marker = join(config.DATA_DIR, RESTORING);
  if (existingHome(config.DATA_DIR) !== null && !existsSync(marker))
    throw new BackupError(
      `There is a database in ${config.DATA_DIR}, and a restore overwrites nothing.`,
      'Set DATA_DIR to a folder without one.',
    );
  const manifest = await verifyBackup(folder, (done, total, file) => {
    if (done === 0) progress.begin('checking', total, 'files');
    progress.at(done, { note: file });
  });
  progress.end();
  await mkdir(config.DATA_DIR, { recursive: true });
  const again = existsSync(marker);
  if (!again) refuseToOverwrite(config.DATA_DIR, manifest);
  await writeFile(marker, `${JSON.stringify({ folder })}\n`);
  if (again) await forgetDatabase(config);
  const server = await start(config, context);
  try {
    await load(context, config, server, folder, manifest);
  } catch (error) {
    throw await brokenOff(config.DATA_DIR, error);
  } finally {
    await server.stop();
  }
  await rm(marker);
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  terminal.print(
    `${config.DATA_DIR}: ${count(rows)} rows of ${manifest.tables.length} tables and ${manifest.files.length} files, as of ${manifest.takenAt}; every view is built`,
  );
}

/** @throws BackupError for a file, as one of keys, that the backup has too */
function refuseToOverwrite(dataDir: string, { files }: Manifest): void {
  const [inTheWay] = files.map(({ path }) => join(dataDir, path)).filter((path) => existsSync(path));
  if (inTheWay !== undefined)
    throw new BackupError(
      `There is a file ${inTheWay}, and a restore overwrites nothing.`,
      'Move it away, or set DATA_DIR to another folder.',
    );
}

/** What ended a restore, with the room on the disk: a database whose disk is full only says that it is gone. */
async function brokenOff(dataDir: string, cause: unknown): Promise<Error> {
  if (cause instanceof BackupError) return cause;
  const free = (await diskOf(dataDir))?.freeBytes ?? 0;
  return new BackupError(
    `The restore into ${dataDir} was broken off: ${(cause as Error).message}.`,
    `The disk there has ${count(Math.round(free / 2 ** 20))} MiB free: make room if that is little, and ask again; it begins anew.`,
    { cause },
  );
}

async function load(
  context: Context,
  config: Config,
  server: Server,
  folder: string,
  manifest: Manifest,
): Promise<void> {
  const progress = context.progress();
  const onTable = (done: number, total: number, table: string): void => {
    if (done === 0) progress.begin('restoring', total, 'tables');
    progress.at(done, { note: table });
  };
  await restoreTables({ url: server.url(), folder, manifest, onTable });
  progress.end();
  await copyFiles(join(folder, 'files'), config.DATA_DIR, () => true);
  const engine = await Engine.open({
    url: server.url(),
    catalog: await loadCatalog(config.SQL_DIR),
    onBuild: (view, done, total) => {
      if (done === 0) progress.begin('building views', total, 'views');
      progress.at(done, { note: view });
      if (done === total) progress.end();
    },
  });
  await engine.stop();
}

/** What a restore that was broken off left. */
async function forgetDatabase(config: Config): Promise<void> {
  if (existingHome(config.DATA_DIR) === null) return;
  const server = await startServer({ dataDir: config.DATA_DIR });
  const client = new pg.Client({ connectionString: server.url('owner', 'postgres') });
  try {
    await client.connect();
    await client.query(`drop database ${DATABASE} with (force)`);
  } finally {
    await client.end();
    await server.stop();
  }
}

function start({ DATA_DIR, DATABASE_PORT }: Config, { terminal }: Context): Promise<Server> {
  return startServer({
    dataDir: DATA_DIR,
    onLog: terminal.debug,
    ...(DATABASE_PORT === null ? {} : { port: DATABASE_PORT }),
  });
}
