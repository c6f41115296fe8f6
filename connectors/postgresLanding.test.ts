import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { createLandingTables } from '../test/support/landingTables.ts';
import { isoOf } from './instant.ts';
import type { Trade } from './landing.ts';
import { PostgresLanding } from './postgresLanding.ts';

const NOW = '2024-08-09T00:00:00.000Z';

function trade(id: number | string, changes: Partial<Trade> = {}): Trade {
  return {
    exchange: 'kraken',
    symbol: 'BTC/USD',
    tradeId: String(id),
    ts: '2024-08-08T23:59:59.123456Z',
    price: '61837.63000000',
    quantity: '0.00000001',
    side: 'sell',
    receivedAt: NOW,
    ...changes,
  };
}

describe('PostgresLanding', () => {
  let database: TestDatabase;
  let client: pg.Client;
  let landing: PostgresLanding;

  beforeAll(async () => {
    database = await testDatabase();
    await createLandingTables(database.url);
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query("set timezone = 'UTC'");
    landing = new PostgresLanding({ connection: database.url, durable: true });
  });
  afterAll(async () => {
    await landing.close();
    await client.end();
    await database.drop();
  });
  beforeEach(async () => {
    await client.query(
      'truncate trades, heartbeats, candles_imported, dead_letters, file_positions, news, news_scores, trade_gaps',
    );
  });

  const count = async (table: string): Promise<number> =>
    Number((await client.query(`select count(*) as n from ${table}`)).rows[0].n);

  test('a gap is rewritten as more becomes known of it', async () => {
    const gap = {
      exchange: 'kraken',
      symbol: 'BTC/USD',
      fromId: '11',
      toId: '20',
      fromTs: NOW,
      toTs: '2024-08-09T00:01:00.000Z',
      missing: 10,
      repaired: 0,
      status: 'detected',
      cause: 'reconnect',
      detectedAt: NOW,
      closedAt: null,
    } as const;
    await landing.gaps([gap]);
    await landing.gaps([
      {
        ...gap,
        repaired: 10,
        status: 'repaired',
        detectedAt: '2024-08-09T00:02:00.000Z',
        closedAt: '2024-08-09T00:02:00.000Z',
      },
    ]);
    const { rows } = await client.query('select repaired, status, detected_at from trade_gaps');
    expect(rows).toEqual([{ repaired: '10', status: 'repaired', detected_at: new Date(NOW) }]);
  });

  test('stories and scores stay as they first came', async () => {
    const story = {
      id: 'a',
      source: 'feed',
      title: 'Bitcoin, "up"',
      summary: null,
      url: null,
      publishedAt: null,
      receivedAt: NOW,
    };
    expect(await landing.news([story, { ...story, id: 'b' }])).toBe(2);
    expect(await landing.news([{ ...story, title: 'other' }])).toBe(0);
    const score = {
      newsId: 'a',
      asset: 'BTC',
      model: 'lexicon@1',
      score: 1e-7,
      confidence: 0.5,
      reason: 'up',
      scoredAt: NOW,
    };
    expect(await landing.newsScores([score, score])).toBe(1);
    const { rows } = await client.query(
      `select title, summary, score from news join news_scores on news_id = id`,
    );
    expect(rows).toEqual([{ title: 'Bitcoin, "up"', summary: null, score: 1e-7 }]);
  });

  test('keeps every digit and the microsecond', async () => {
    await landing.trades([trade('9007199254740993')]);
    const { rows } = await client.query(
      `select trade_id::text, price::text, quantity::text, side, to_char(ts, 'YYYY-MM-DD HH24:MI:SS.US') as ts from trades`,
    );
    expect(rows).toEqual([
      {
        trade_id: '9007199254740993',
        price: '61837.63000000',
        quantity: '0.00000001',
        side: 'sell',
        ts: '2024-08-08 23:59:59.123456',
      },
    ]);
  });

  test('a second arrival changes nothing, within a batch and between batches', async () => {
    expect(await landing.trades([trade(1), trade(2), trade(1, { price: '9' })])).toBe(2);
    expect(await landing.trades([trade(2, { price: '9' }), trade(3)])).toBe(1);
    expect(await landing.trades([])).toBe(0);
    const { rows } = await client.query('select price::text from trades order by trade_id');
    expect(rows.map((row) => row.price)).toEqual(['61837.63000000', '61837.63000000', '61837.63000000']);
  });

  test('counts what is new in any history of batches', async () => {
    const batch = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { maxLength: 8 }), async (batches) => {
        await client.query('truncate trades');
        const seen = new Set<number>();
        for (const ids of batches) {
          const before = seen.size;
          for (const id of ids) seen.add(id);
          const rows = ids.map((id) => trade(id));
          const fresh =
            ids.length % 2 === 0
              ? await landing.trades(rows)
              : (await landing.chunk({ trades: rows })).trades;
          expect(fresh).toBe(seen.size - before);
        }
        expect(await count('trades')).toBe(seen.size);
      }),
      { numRuns: 40 },
    );
  });

  test('any microsecond of our era is stored to the microsecond', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1.23e15, max: 4.1e15 }), { minLength: 200 }),
        async (instants) => {
          await client.query('truncate trades');
          await landing.trades(instants.map((micros, i) => trade(i, { ts: isoOf(micros) })));
          const { rows } = await client.query(
            'select (extract(epoch from ts) * 1000000)::bigint::text as micros from trades order by trade_id',
          );
          expect(rows.map((row) => Number(row.micros))).toEqual(instants);
        },
      ),
      { numRuns: 10 },
    );
  });

  test('a value that would break out of its array is refused, and the batch with it', async () => {
    await expect(landing.trades([trade(1), trade(2, { price: '1,2' })])).rejects.toMatchObject({
      code: 'landing-failed',
      transient: false,
    });
    expect(await count('trades')).toBe(0);
    expect(await landing.trades([trade(1, { exchange: 'a "b", {c}\\' })])).toBe(1);
    expect((await client.query('select exchange from trades')).rows[0].exchange).toBe('a "b", {c}\\');
  });

  test('lands heartbeats, candles with unknown values, and dead letters with their bytes', async () => {
    const beat = { exchange: 'kraken', symbol: 'BTC/USD', minute: '2024-08-08T23:59:00.000Z' };
    expect(await landing.heartbeats([beat, beat])).toBe(1);
    const candle = {
      exchange: 'kraken',
      symbol: 'BTC/USD',
      windowStart: '2024-08-08T23:59:00Z',
      open: '1',
      high: '2',
      low: '0.5',
      close: '1.10',
      volume: '0',
      notional: null,
      trades: 0,
      takerBuyVolume: null,
    };
    expect(await landing.candles([candle])).toBe(1);
    expect((await client.query('select notional, trades, close::text from candles_imported')).rows).toEqual([
      { notional: null, trades: '0', close: '1.10' },
    ]);
    const raw = Buffer.from([0, 255, 10]);
    const letter = { source: 'replay', place: 'a.csv:7', reason: 'price is "NaN\0"', raw, receivedAt: NOW };
    expect(await landing.deadLetters([letter, { ...letter, reason: 'again' }])).toBe(1);
    const { rows } = await client.query('select reason, raw_base64 from dead_letters');
    expect(rows).toEqual([{ reason: 'price is "NaN␀"', raw_base64: raw.toString('base64') }]);
  });

  test('a chunk stores rows and position together, or neither', async () => {
    const position = {
      source: 'replay',
      path: '/data/a.csv',
      contentHash: 'abc',
      rowsDone: 2,
      done: false,
      updatedAt: NOW,
    };
    await landing.chunk({ trades: [trade(1), trade(2)], positions: [position] });
    expect(await landing.position('replay', '/data/a.csv')).toEqual(position);
    const broken = { trades: [trade(3), trade('x')], positions: [{ ...position, rowsDone: 4 }] };
    await expect(landing.chunk(broken)).rejects.toMatchObject({ code: 'landing-failed' });
    expect(await count('trades')).toBe(2);
    expect((await landing.position('replay', '/data/a.csv'))?.rowsDone).toBe(2);
    expect(await landing.position('import', '/data/a.csv')).toBeNull();
  });

  test('goes on over a new connection when the old one is cut', async () => {
    await landing.trades([trade(1)]);
    await client.query(
      `select pg_terminate_backend(pid, 30000) from pg_stat_activity
       where datname = current_database() and application_name = 'tickwave landing'`,
    );
    await landing
      .trades([trade(2)])
      .catch((error: unknown) => expect(error).toMatchObject({ transient: true }));
    await landing.trades([trade(2)]);
    expect(await count('trades')).toBe(2);
  });
});
