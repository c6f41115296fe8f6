import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AdminRefusal } from '../../api/admin/port.ts';
import { readConfig } from '../../config/config.ts';
import { systemClock } from '../../engine/clock.ts';
import { LocalRegistry } from '../../jobs/registry/localRegistry.ts';
import { smallBundle } from '../../jobs/registry/testing/bundles.ts';
import { type JobsDatabase, jobsDatabase } from '../../jobs/registry/testing/tables.ts';
import { waitFor } from '../../test/support/cli.ts';
import { plainReport, type Source } from '../sources/source.ts';
import { Admin } from './admin.ts';

const NAME = 'return-5m';
const source: Source = {
  banner: 'a test',
  name: 'a test',
  run: async () => {},
  landed: () => 0,
  doing: () => '',
  report: () => plainReport('live', 'a test'),
};

let database: JobsDatabase;
let registry: LocalRegistry;
let dataDir: string;
let followed: string[];
let admin: Admin;

beforeAll(async () => {
  database = await jobsDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'tickwave-admin-'));
  const folder = join(dataDir, 'models');
  registry = new LocalRegistry({ pool: database.pool, folder, clock: systemClock });
  for (const seed of [1, 2]) await registry.register(NAME, await smallBundle(seed));
  followed = [];
  const config = readConfig({ DATA_DIR: dataDir }, dataDir);
  const follow = ({ exchange, symbol }: { exchange: string; symbol: string }, wanted: boolean): void => {
    if (exchange !== 'kraken') throw new Error(`${exchange} is not fed here`);
    followed.push(`${wanted ? '+' : '-'}${symbol}`);
  };
  admin = new Admin({ config, url: database.url, source: { ...source, follow } });
});

afterAll(async () => {
  await admin?.close();
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

async function ended(kind: string, run: number): Promise<unknown> {
  return waitFor(`the end of ${kind} ${run}`, async () => {
    const text = 'select state, started_by, message from job_runs where kind = $1 and run = $2';
    const [row] = (await database.pool.query(text, [kind, run])).rows;
    return row?.state !== 'running' && row;
  });
}

test('promotes and rolls back, and says who wanted it', async () => {
  for (const version of [1, 2]) {
    const { kind, run } = await admin.start({ kind: 'promote', name: NAME, version }, 'desk');
    expect(await ended(kind, run)).toEqual({
      ...{ state: 'done', started_by: 'desk' },
      message: `${NAME} ${version} is champion.`,
    });
  }
  const { run } = await admin.start({ kind: 'rollback', name: NAME }, 'desk');
  expect(await ended('rollback', run)).toMatchObject({ state: 'done', message: `${NAME} 1 is champion.` });
  const [last] = await registry.history(NAME, 1);
  expect(last).toMatchObject({ action: 'rollback', reasons: ['desk wanted it so, over the API.'] });
});

test('what cannot be done ends as a failed run that says why', async () => {
  const { run } = await admin.start({ kind: 'promote', name: NAME, version: 9 }, 'desk');
  expect(await ended('promote', run)).toMatchObject({
    state: 'failed',
    message: expect.stringContaining('9'),
  });
});

test('follows a market and leaves it', async () => {
  const first = await admin.start({ kind: 'subscribe', exchange: 'kraken', symbol: 'A/USD' }, 'desk');
  expect(await ended('subscribe', first.run)).toMatchObject({
    state: 'done',
    message: 'kraken A/USD is followed from now on.',
  });
  const second = await admin.start({ kind: 'unsubscribe', exchange: 'kraken', symbol: 'A/USD' }, 'desk');
  await ended('unsubscribe', second.run);
  expect(followed).toEqual(['+A/USD', '-A/USD']);
  const third = await admin.start({ kind: 'subscribe', exchange: 'binance', symbol: 'A/USD' }, 'desk');
  expect(await ended('subscribe', third.run)).toMatchObject({
    state: 'failed',
    message: 'binance is not fed here',
  });
});

test('is refused where markets are given, and while one of the kind runs', async () => {
  const config = readConfig({ DATA_DIR: dataDir }, dataDir);
  const given = new Admin({ config, url: database.url, source });
  const asked = given.start({ kind: 'subscribe', exchange: 'kraken', symbol: 'A/USD' }, 'desk');
  await expect(asked).rejects.toMatchObject({ code: 'not_offered' });
  await given.close();

  const client = await database.pool.connect();
  await client.query("select pg_advisory_lock(hashtextextended('tickwave job rollback', 0))");
  const busy = admin.start({ kind: 'rollback', name: NAME }, 'desk');
  await expect(busy).rejects.toThrow(AdminRefusal);
  await expect(busy).rejects.toMatchObject({ code: 'job_busy' });
  await client.query('select pg_advisory_unlock_all()');
  client.release();
});

test('calls off only what runs', async () => {
  expect(await admin.cancel({ kind: 'train', run: 7 })).toBe(false);
});
