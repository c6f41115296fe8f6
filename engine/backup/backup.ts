import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Clock } from '../clock.ts';
import { describeTables, type TableForm } from './describe.ts';
import { BackupError } from './errors.ts';
import { copyFiles, sync } from './files.ts';
import { type BackedUpTable, FORMAT, MANIFEST, type Manifest } from './manifest.ts';

export interface BackupOptions {
  /** As the owner of the database. */
  readonly url: string;
  /** Where the backup goes: a folder that is not there yet, or empty. */
  readonly folder: string;
  /** Folder beside the database, and which of its files belong to it. */
  readonly beside: string;
  readonly wanted: (path: string) => boolean;
  readonly clock: Clock;
  readonly onTable: (done: number, total: number, table: string) => void;
}

/** Prefix of folders that are being written. */
const PARTIAL = '.partial';

/**
 * Writes all that is not computed from something else into a folder, while the database works: tables of one moment, then the files.
 * The folder gets its name once it is whole, so a backup that was broken off is never taken for one.
 *
 * @throws BackupError when there is something in the folder
 */
export async function backUp(options: BackupOptions): Promise<Manifest> {
  const { folder } = options;
  if (existsSync(folder) && (await readdir(folder)).length > 0)
    throw new BackupError(`There is something in ${folder}.`, 'Name a folder that is not there yet.');
  const writing = `${folder}${PARTIAL}`;
  await rm(writing, { recursive: true, force: true });
  try {
    await mkdir(join(writing, 'tables'), { recursive: true });
    const manifest = await write(options, writing);
    await rename(writing, folder);
    await sync(dirname(folder));
    return manifest;
  } catch (error) {
    // What is no backup only takes room, and a full disk may be the database's too.
    await rm(writing, { recursive: true, force: true });
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    throw new BackupError(`The disk of ${folder} is full.`, 'Make room there, or name a folder elsewhere.', {
      cause: error,
    });
  }
}

async function write(options: BackupOptions, writing: string): Promise<Manifest> {
  const { beside, wanted, clock } = options;
  const takenAt = new Date(clock.now()).toISOString();
  const { tables, database } = await dumpTables(options, writing);
  const files = await copyFiles(beside, join(writing, 'files'), wanted);
  const manifest: Manifest = { tickwave: 'backup', format: FORMAT, takenAt, database, tables, files };
  await writeFile(join(writing, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  await sync(join(writing, MANIFEST));
  await sync(writing);
  return manifest;
}

async function dumpTables(
  { url, onTable }: BackupOptions,
  writing: string,
): Promise<{ readonly tables: BackedUpTable[]; readonly database: string }> {
  const client = new pg.Client({ connectionString: url, application_name: 'tickwave backup' });
  client.on('error', () => {}); // The query that was running rejects.
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const { rows } = await client.query<{ version: string }>('show server_version');
    const forms = await describeTables(client);
    const tables: BackedUpTable[] = [];
    for (const [index, form] of forms.entries()) {
      onTable(index, forms.length, form.name);
      tables.push(await dumpTable(client, form, writing));
    }
    await client.query('commit');
    return { tables, database: `PostgreSQL ${rows[0]?.version ?? ''}` };
  } finally {
    await client.end();
  }
}

async function dumpTable(client: pg.Client, form: TableForm, writing: string): Promise<BackedUpTable> {
  const { schema, name, columns } = form;
  const file = `tables/${schema}.${name}.copy.gz`;
  const names = columns.map((column) => column.name).join(', ');
  const rows = client.query(copyTo(`copy ${schema}.${name} (${names}) to stdout`));
  const sum = createHash('sha256');
  let bytes = 0;
  const measured = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      sum.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(rows, createGzip({ level: 4 }), measured, createWriteStream(join(writing, file)));
  await sync(join(writing, file));
  return {
    ...form,
    columns: [...columns],
    key: [...form.key],
    rows: rows.rowCount,
    file,
    bytes,
    sha256: sum.digest('hex'),
  };
}
