import { existsSync, mkdtempSync } from 'node:fs';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { ManualClock } from '../../test/support/manualClock.ts';
import { type Catalog, loadCatalog } from '../catalog/catalog.ts';
import { Engine } from '../engine.ts';
import { type BackupOptions, backUp } from './backup.ts';
import { verifyBackup } from './manifest.ts';
import { restoreTables } from './restore.ts';

const SQL = new URL('../../sql', import.meta.url).pathname;
const START = Date.UTC(2026, 0, 2);
const NOBODY = (): void => {};

let catalog: Catalog;
let source: TestDatabase;
let folder: string;

beforeAll(async () => {
  catalog = await loadCatalog(SQL);
  source = await testDatabase();
  const engine = await Engine.open({ url: source.url, catalog });
  await asOwner(source.url, (client) => landTrades(client, 0, 3000));
  await engine.refresh();
  await engine.stop();
});

afterAll(() => source?.drop());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickwave-backup-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function asOwner<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Trades seven seconds apart, with numbers that doubles do not hold, and a letter that COPY has to escape. */
async function landTrades(client: pg.Client, from: number, to: number): Promise<void> {
  await client.query(
    `insert into trades select 'kraken', 'BTC/USD', n, to_timestamp($1::float8 + n * 7), 100.123456789012345678901 + n % 13, 0.1 + n % 7, 'buy', to_timestamp($1::float8 + n * 7)
     from generate_series($2::int, $3::int - 1) as n`,
    [START / 1000, from, to],
  );
  await client.query(
    "insert into dead_letters values ('a', 'b' || $1, E'tab\\there \\\\N\\nand there', null, now())",
    [from],
  );
}

const taking = (changed: Partial<BackupOptions> = {}): BackupOptions => ({
  ...{ url: source.url, folder: join(folder, 'backup'), beside: join(folder, 'data') },
  ...{ wanted: (path: string) => path.startsWith('models/'), clock: new ManualClock(START), onTable: NOBODY },
  ...changed,
});

/** Every row of every table and stored view, as text. */
async function everything(url: string): Promise<ReadonlyMap<string, readonly string[]>> {
  return asOwner(url, async (client) => {
    const rows = new Map<string, readonly string[]>();
    for (const { name, kind } of catalog.objects) {
      if (kind !== 'table' && kind !== 'materialized view') continue;
      const found = await client.query<{ row: string }>(`select t::text as row from ${name} as t order by 1`);
      rows.set(
        name,
        found.rows.map(({ row }) => row),
      );
    }
    return rows;
  });
}

describe('a backup', () => {
  test('restored elsewhere has the same rows in every table and every view', async () => {
    await mkdir(join(folder, 'data/models/return-5m/1'), { recursive: true });
    await writeFile(join(folder, 'data/models/return-5m/1/model.ubj'), 'a model');
    await writeFile(join(folder, 'data/credentials.json'), 'a secret');
    const manifest = await backUp(taking());
    expect(manifest.tables.find(({ name }) => name === 'trades')?.rows).toBe(3000);
    expect(manifest.files.map(({ path }) => path)).toEqual(['models/return-5m/1/model.ubj']);
    const target = await testDatabase();
    try {
      const { url } = target;
      const verified = await verifyBackup(taking().folder);
      await restoreTables({ url, folder: taking().folder, manifest: verified, onTable: NOBODY });
      await (await Engine.open({ url, catalog })).stop();
      const before = await everything(source.url);
      expect(before.get('trend')?.length).toBeGreaterThan(300);
      expect(await everything(url)).toEqual(before);
    } finally {
      await target.drop();
    }
  });

  test('is of one moment, whatever is written meanwhile', async () => {
    const onTable = (_: number, __: number, table: string): void => {
      if (table === 'dead_letters') writing = asOwner(source.url, (client) => landTrades(client, 3000, 3100));
    };
    let writing: Promise<unknown> = Promise.resolve();
    const { tables } = await backUp(taking({ onTable }));
    await writing;
    const rowsOf = (wanted: string): number | undefined => tables.find(({ name }) => name === wanted)?.rows;
    expect([rowsOf('trades'), rowsOf('dead_letters')]).toEqual([3000, 1]);
  });

  test('that was broken off is no backup, and the next one begins anew', async () => {
    const stop = (done: number): void => {
      if (done === 5) throw new Error('the process ends');
    };
    await expect(backUp(taking({ onTable: stop }))).rejects.toThrow('the process ends');
    expect(existsSync(taking().folder)).toBe(false);
    await expect(verifyBackup(`${taking().folder}.partial`)).rejects.toThrow('no backup that can be used');
    await backUp(taking());
    expect(existsSync(`${taking().folder}.partial`)).toBe(false);
    await verifyBackup(taking().folder);
  });

  test('that finds no room takes away what it wrote, and says so', async () => {
    const full = (done: number): void => {
      if (done === 5) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    };
    await expect(backUp(taking({ onTable: full }))).rejects.toThrow(
      /^The disk of .*backup is full\. Make room/,
    );
    expect(existsSync(`${taking().folder}.partial`)).toBe(false);
  });

  test('of another format is told from what is no backup', async () => {
    await backUp(taking());
    const path = join(taking().folder, 'backup.json');
    const written = await readFile(path, 'utf8');
    await writeFile(path, written.replace('"format": 1', '"format": 2'));
    await expect(verifyBackup(taking().folder)).rejects.toThrow(
      'a backup of format 2, and this Tickwave reads format 1',
    );
    await writeFile(path, written.replace('"tickwave": "backup"', '"tickwave": "other"'));
    await expect(verifyBackup(taking().folder)).rejects.toThrow('no backup that can be used');
  });

  test('overwrites nothing', async () => {
    await backUp(taking());
    await expect(backUp(taking())).rejects.toThrow('There is something in');
  });

  test.each(['tables/public.trades.copy.gz', 'backup.json'])('with a damaged %s is refused', async (file) => {
    await backUp(taking());
    const path = join(taking().folder, file);
    if (file === 'backup.json') await writeFile(path, (await readFile(path, 'utf8')).slice(0, 100));
    else await appendFile(path, 'x');
    await expect(verifyBackup(taking().folder)).rejects.toThrow(/missing or not as it was|no backup/);
  });
});
