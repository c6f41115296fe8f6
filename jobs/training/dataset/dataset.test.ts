import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { loadCatalog } from '../../../engine/catalog/catalog.ts';
import { type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { BadParameter, TrainingLimit } from '../../models/errors.ts';
import { NoTrainingRows, UnknownFeature } from '../errors.ts';
import { landMarket } from '../testing/landMarket.ts';
import { trainingFeatures } from './columns.ts';
import { trainingSqlHash } from './identity.ts';
import { readDataset } from './read.ts';
import { type DatasetRequest, STANDARD_MOST_ROWS } from './request.ts';
import { datasetOf } from './trainingRows.ts';
import { recencyWeights } from './weights.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 5);
const END = START + 25 * 60 * MINUTE;
const MARKETS = ['BTC/USD', 'ETH/USD'].map((symbol) => ({ exchange: 'simulated', symbol }));

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const catalog = await loadCatalog('sql');
  await landMarket({
    url: database.url,
    catalog,
    seed: 1,
    startMs: START,
    endMs: END,
    markets: 2,
    signal: 0,
  });
}, 600_000);

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

function request(changes: Partial<DatasetRequest> = {}): DatasetRequest {
  return {
    markets: MARKETS,
    horizonMinutes: 5,
    features: null,
    since: null,
    until: null,
    asOf: END,
    mostRows: STANDARD_MOST_ROWS,
    ...changes,
  };
}

describe('reading', () => {
  test('gives the rows of training_set as float32, by time and then by market', async () => {
    const { rows } = await readDataset(client, request());
    const { rows: expected } = await client.query<Record<string, unknown>>(
      'select * from training_set where horizon_minutes = 5 order by window_start, symbol',
    );
    const features = await trainingFeatures(client);
    expect(features.slice(0, 2)).toEqual(['log_return', 'return_5']);
    expect(rows.features).toEqual(features);
    expect(rows.times.length).toBeGreaterThan(400);
    // The newest row may not be over by event time yet, in each market.
    expect(expected.length - rows.times.length).toBeLessThanOrEqual(2);
    for (const [row, time] of rows.times.entries()) {
      const wanted = expected[row] ?? {};
      expect(new Date(time)).toEqual(wanted.window_start);
      expect(rows.markets[rows.market[row] ?? 9]?.symbol).toBe(wanted.symbol);
      expect(rows.closes[row]).toBe(Number(wanted.close));
      expect(rows.returns[row]).toBe(wanted.forward_return);
      const values = features.map((name) => Math.fround((wanted[name] as number | null) ?? Number.NaN));
      expect([...rows.values.subarray(row * features.length, (row + 1) * features.length)]).toEqual(values);
    }
  });

  test('gives one market, chosen features in their order, and a range', async () => {
    const since = END - 3 * 60 * MINUTE;
    const chosen = request({
      markets: MARKETS.slice(1),
      features: ['rsi_14', 'log_return'],
      since,
      until: END - 60 * MINUTE,
    });
    const { rows } = await readDataset(client, chosen);
    const all = await readDataset(client, request({ markets: MARKETS.slice(1) }));
    expect(rows.features).toEqual(['rsi_14', 'log_return']);
    expect(rows.times[0]).toBe(since);
    expect(rows.times.at(-1)).toBe(END - 61 * MINUTE);
    const row = all.rows.times.indexOf(since);
    const width = all.rows.features.length;
    expect(rows.values[1]).toBe(all.rows.values[row * width + all.rows.features.indexOf('log_return')]);
  });

  test('knows no return that was not over at its moment', async () => {
    const asOf = END - 90 * MINUTE;
    for (const horizonMinutes of [5, 60]) {
      const { rows } = await readDataset(client, request({ horizonMinutes, asOf }));
      expect(rows.times.at(-1)).toBe(asOf - (horizonMinutes + 1) * MINUTE);
    }
  });

  test('refuses what is too much, not there, or wrong', async () => {
    await expect(readDataset(client, request({ mostRows: 10 }))).rejects.toThrow(TrainingLimit);
    await expect(readDataset(client, request({ asOf: START }))).rejects.toThrow(NoTrainingRows);
    await expect(readDataset(client, request({ features: ['close'] }))).rejects.toThrow(UnknownFeature);
    await expect(readDataset(client, request({ markets: [] }))).rejects.toThrow(BadParameter);
    await expect(readDataset(client, request({ since: END, until: START }))).rejects.toThrow(BadParameter);
    // The session is usable after each.
    await expect(readDataset(client, request())).resolves.toBeDefined();
  });
});

describe('identity', () => {
  test('is the same for the same request, and rebuilds the rows', async () => {
    const first = await readDataset(client, request({ features: ['rsi_14'] }));
    const again = await readDataset(client, first.identity.request);
    expect(again.identity).toEqual(first.identity);
    expect(again.rows).toEqual(first.rows);
    expect(first.identity).toMatchObject({
      rows: first.rows.times.length,
      sqlHash: await trainingSqlHash(client),
    });
  });

  test('differs with rows, with the request, and with the SQL', async () => {
    const { identity } = await readDataset(client, request());
    const other = await readDataset(client, request({ asOf: END - 30 * MINUTE }));
    expect(other.identity.datasetHash).not.toBe(identity.datasetHash);
    expect(other.identity.requestHash).not.toBe(identity.requestHash);
    await client.query('begin');
    await client.query("update catalog set definition = definition || ' ' where name = 'candles_1m'");
    expect(await trainingSqlHash(client)).not.toBe(identity.sqlHash);
    await client.query('rollback; begin');
    await client.query("update catalog set definition = definition || ' ' where name = 'accuracy_1d'");
    expect(await trainingSqlHash(client)).toBe(identity.sqlHash);
    await client.query('rollback');
  });
});

describe('a part of the rows', () => {
  test('is a dataset of returns or of directions, without copies', async () => {
    const { rows } = await readDataset(client, request());
    const part = datasetOf(rows, { from: 10, to: 20 }, 'return', null);
    expect(part.matrix.values.buffer).toBe(rows.values.buffer);
    expect(part.matrix.values[0]).toBe(rows.values[10 * rows.features.length]);
    expect([...part.labels]).toEqual([...rows.returns.slice(10, 20)]);
    const directions = datasetOf(rows, { from: 10, to: 20 }, 'direction', null);
    expect([...directions.labels]).toEqual([...rows.returns.slice(10, 20)].map((came) => (came > 0 ? 1 : 0)));
  });

  test('weighs half as much a half-life ago, 1 on average', () => {
    const weights = recencyWeights(Float64Array.of(0, MINUTE, 2 * MINUTE), MINUTE);
    expect([...weights]).toEqual([3 / 7, 6 / 7, 12 / 7].map((weight) => expect.closeTo(weight, 12)));
    expect(() => recencyWeights(Float64Array.of(0), 0)).toThrow(BadParameter);
  });
});
