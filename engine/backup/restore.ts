import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { createTable } from './describe.ts';
import { BackupError } from './errors.ts';
import type { BackedUpTable, Manifest } from './manifest.ts';

export interface RestoreOptions {
  /** As the owner of a database without any of these tables. */
  readonly url: string;
  /** Of the backup. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly onTable: (done: number, total: number, table: string) => void;
}

/** Makes the tables of a backup anew, with their rows. The engine builds every view from them when it starts. @throws BackupError */
export async function restoreTables({ url, folder, manifest, onTable }: RestoreOptions): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'tickwave restore' });
  client.on('error', () => {}); // The query that was running rejects.
  await client.connect();
  try {
    await client.query('create schema if not exists engine');
    for (const [index, table] of manifest.tables.entries()) {
      onTable(index, manifest.tables.length, table.name);
      await restoreTable(client, folder, table);
    }
  } finally {
    await client.end();
  }
}

async function restoreTable(client: pg.Client, folder: string, table: BackedUpTable): Promise<void> {
  const { schema, name, columns, rows, file } = table;
  await client.query(createTable(table));
  const names = columns.map((column) => column.name).join(', ');
  const writing = client.query(copyFrom(`copy ${schema}.${name} (${names}) from stdin`));
  await pipeline(createReadStream(join(folder, file)), createGunzip(), writing);
  if (writing.rowCount !== rows)
    throw new BackupError(
      `${name} has ${writing.rowCount} rows after the restore, the backup says ${rows}.`,
      'Take another backup: this one is damaged.',
    );
  await client.query(`analyze ${schema}.${name}`);
}
