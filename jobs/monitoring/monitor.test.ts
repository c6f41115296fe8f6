import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ManualClock } from '../../test/support/manualClock.ts';
import { LocalRegistry } from '../registry/localRegistry.ts';
import { smallBundle } from '../registry/testing/bundles.ts';
import type { JobsDatabase } from '../registry/testing/tables.ts';
import { monitor } from './monitor.ts';
import { STANDARD_MONITORING } from './settings.ts';
import { emptyMonitoring, monitoringDatabase } from './testing/database.ts';
import { DAY, landFeatures, MINUTE, predictRows } from './testing/values.ts';

const START = Date.UTC(2026, 0, 1);
const SERVED = START + 6 * DAY;
const END = SERVED + 2 * DAY;
const SYMBOL = 'A/USD';
const NAME = 'return-5m';
const SETTINGS = { ...STANDARD_MONITORING, drift: { ...STANDARD_MONITORING.drift, leastObservations: 100 } };

let database: JobsDatabase;
let registry: LocalRegistry;
let folder: string;
const clock = new ManualClock(END);

beforeAll(async () => {
  database = await monitoringDatabase();
});

afterAll(() => database?.drop());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tickwave-models-'));
  await emptyMonitoring(database);
  registry = new LocalRegistry({ pool: database.pool, folder, clock });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const run = () => monitor({ pool: database.pool, registry, clock }, SETTINGS);

async function count(table: string): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(`select count(*)::int as n from ${table}`);
  return rows[0]?.n ?? 0;
}

/** A champion of one market, trained up to the moment from which it predicts. */
async function serve(shiftAt: number): Promise<void> {
  const bundle = await smallBundle(1, {
    markets: [{ exchange: 'kraken', symbol: SYMBOL }],
    trainedFrom: new Date(START).toISOString(),
    trainedTo: new Date(SERVED - 5 * MINUTE).toISOString(),
  });
  const { version } = await registry.register(NAME, bundle);
  await registry.decide({ name: NAME, version, action: 'promote', alias: 'champion', reasons: [] });
  await landFeatures(database, { seed: 7, symbol: SYMBOL, from: START, to: END, shiftAt });
  // A market that it was not trained on is no measure for it.
  await landFeatures(database, { seed: 8, symbol: 'B/USD', from: START, to: END, shiftAt: START });
  await predictRows(database, { name: NAME, version }, SYMBOL, SERVED, END);
}

test('a version in service gets its references, is checked hour by hour, and is trained again when it has drifted', async () => {
  await serve(SERVED + DAY);
  const first = await run();
  expect(first.sentences.slice(0, 2)).toEqual([
    'return-5m 1: 3 features are watched for drift.',
    'return-5m 1: its predictions are watched for drift, against those of its first day.',
  ]);
  const { rows } = await database.pool.query<{ n: number }>(
    "select sum(observations)::int as n from drift_references where feature = 'f1'",
  );
  expect(rows[0]?.n).toBe((6 * DAY) / (5 * MINUTE));
  expect(first.changes.map(({ feature, to }) => `${feature} ${to}`)).toEqual(
    expect.arrayContaining(['f1 drifted', 'f2 drifted', 'predicted_return warning']),
  );
  expect(first.retrain).toEqual([NAME]);
  expect(first.decisions[0]?.reasons[0]).toMatch(/of 4 inputs have drifted: .*f1/);
  expect(first.sentences.at(-1)).toContain('return-5m 1: it is to be trained again.');
  expect(await count('retraining_decisions')).toBe(1);
});

test('a second run without anything new does nothing', async () => {
  await serve(SERVED + DAY);
  await run();
  const [checks, counts] = [await count('drift_checks'), await count('drift_counts')];
  expect(await run()).toEqual({ changes: [], decisions: [], retrain: [], sentences: [] });
  expect([await count('drift_checks'), await count('drift_counts')]).toEqual([checks, counts]);
});

test('without models, rows or predictions there is nothing to do, and it says what cannot be watched', async () => {
  expect(await run()).toEqual({ changes: [], decisions: [], retrain: [], sentences: [] });
  await serve(END);
  await database.pool.query('truncate features, predictions');
  const { sentences } = await run();
  expect(sentences).toEqual([
    'return-5m 1 is not watched for drift: features has no rows of the time it was trained on.',
  ]);
});

test('a version whose files are damaged is named, and the others go on', async () => {
  await serve(END);
  await database.pool.query("update models set artifact_hash = repeat('0', 64)");
  const { sentences } = await run();
  expect(sentences[0]).toMatch(/^return-5m 1 cannot be watched for drift: /);
  expect(sentences[1]).toContain('its predictions are watched');
});

test('old counts and checks are deleted, by event time', async () => {
  await serve(END);
  await database.pool.query(
    `insert into drift_counts values ('old', 1, 'f', $1, 1, 1), ('old', 1, 'f', $2, 1, 1)`,
    [new Date(END - 10 * DAY).toISOString(), new Date(END - 7 * DAY).toISOString()],
  );
  await database.pool.query(
    `insert into drift_checks (model, version, feature, checked_through) values ('old', 1, 'f', $1), ('old', 1, 'f', $2)`,
    [new Date(END - 91 * DAY).toISOString(), new Date(END - 89 * DAY).toISOString()],
  );
  await run();
  expect(await count("drift_counts where model = 'old'")).toBe(1);
  expect(await count("drift_checks where model = 'old'")).toBe(1);
});
