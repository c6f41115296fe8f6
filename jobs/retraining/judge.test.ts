import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ManualClock } from '../../test/support/manualClock.ts';
import { LocalRegistry } from '../registry/localRegistry.ts';
import { smallBundle } from '../registry/testing/bundles.ts';
import { type JobsDatabase, jobsDatabase } from '../registry/testing/tables.ts';
import { judgeChallengers } from './judge.ts';

const NAME = 'return-5m';
const START = Date.UTC(2026, 0, 2);
const RULES = { confidence: 0.95, leastWindows: 100, seed: 1 };

let database: JobsDatabase;
let registry: LocalRegistry;
let folder: string;

beforeAll(async () => {
  database = await jobsDatabase();
  folder = mkdtempSync(join(tmpdir(), 'tickwave-models-'));
  registry = new LocalRegistry({ pool: database.pool, folder, clock: new ManualClock(START) });
  const bundle = await smallBundle(1);
  await registry.register(NAME, bundle);
  await registry.register(NAME, bundle);
  await registry.decide({ name: NAME, version: 1, action: 'promote', alias: 'champion', reasons: [] });
  await registry.decide({ name: NAME, version: 2, action: 'challenge', alias: 'challenger', reasons: [] });
  await database.pool.query("insert into watermarks values ('kraken', 'A/USD')");
});

afterAll(async () => {
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

/** Both versions predict minutes up to `to`; the challenger sees this share of the move, the champion half of it. */
async function predicted(from: number, to: number, share: number): Promise<void> {
  await database.pool.query(
    `insert into prediction_errors
     select 'kraken', 'A/USD', to_timestamp($1::float8) + n * interval '1 minute', 5, $2, version,
       (case version when 1 then 0.5 else $5::float8 end) * sin(n * 1.7) * 0.001, sin(n * 1.7) * 0.001
     from generate_series($3::int, $4::int - 1) as n, unnest(array[1, 2]) as version`,
    [START / 1000, NAME, from, to, share],
  );
}

const judged = async (): Promise<readonly string[]> =>
  (await judgeChallengers(database.pool, registry, RULES)).map(
    ({ version, action }) => `${version} ${action}`,
  );

test('a challenger is judged once it has its minutes, again only after as many more, and then promoted', async () => {
  expect(await judged()).toEqual([]);
  await predicted(0, 99, 0.1);
  expect(await judged()).toEqual([]);
  await predicted(99, 100, 0.1);
  expect(await judged()).toEqual(['2 refuse']);
  await predicted(100, 199, 0.99);
  expect(await judged()).toEqual([]);
  await predicted(199, 600, 0.99);
  expect(await judged()).toEqual(['2 promote']);
  expect(await judged()).toEqual([]);
});
