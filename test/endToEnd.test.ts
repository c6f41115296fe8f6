import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { type Cli, type Workplace, waitFor, workplace } from './support/cli.ts';
import { describeWithData } from './support/data.ts';

// Recorded trades go in by the command, candles come out by HTTP and by SQL, and equal what was computed elsewhere.

const MARKETS = [
  { exchange: 'kraken', symbol: 'BTC/USD', expected: 'candles/kraken_BTCUSD_20190701_00h_1m.csv' },
  { exchange: 'binance', symbol: 'BTC/USDT', expected: 'candles/binance_spot_btcusdt_20240808_09_1m.csv' },
  { exchange: 'binance', symbol: 'ETH/USDT', expected: 'candles/binance_spot_ethusdt_20240808_09_1m.csv' },
] as const;
const TRADES = [
  'trades/kraken_BTCUSD_trades_20190701_00h.csv',
  'trades/binance_spot_btcusdt_20240808_trades.csv',
  'trades/binance_spot_btcusdt_20240809_trades.csv',
  'trades/binance_spot_ethusdt_20240808_trades.csv',
  'trades/binance_spot_ethusdt_20240809_trades.csv',
];
const VALUES = ['open', 'high', 'low', 'close', 'volume', 'trades', 'vwap', 'taker_buy_volume'] as const;

type Candle = Readonly<Record<(typeof VALUES)[number], string>> & { readonly time: number };

/** A decimal without the zeros that say nothing. */
function plain(value: unknown): string {
  const text = String(value);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function expectedCandles(file: string): Candle[] {
  const [header = '', ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const names = header
    .trim()
    .split(',')
    .map((name) => (name === 'trade_count' ? 'trades' : name));
  return lines.map((line) => {
    const fields = line.trim().split(',');
    const of = (name: string): string => plain(fields[names.indexOf(name)]);
    return candle(Number(of('time_ms')), of);
  });
}

function candle(time: number, of: (name: string) => string): Candle {
  return {
    time,
    ...(Object.fromEntries(VALUES.map((name) => [name, of(name)])) as Record<
      (typeof VALUES)[number],
      string
    >),
  };
}

describeWithData(
  'recorded trades, end to end',
  [...TRADES, ...MARKETS.map(({ expected }) => expected)],
  (...full) => {
    const files = full.slice(0, TRADES.length);
    const expected = full.slice(TRADES.length);
    let place: Workplace;
    let running: Cli & { readonly api: string };
    let client: pg.Client;

    beforeAll(async () => {
      place = workplace();
      // Half before the start, by a command that brings its own engine; half while it runs.
      const replayed = await place.run('replay', '--json', ...files.slice(0, 3));
      expect(replayed.code).toBe(0);
      expect(JSON.parse(replayed.stdout)).toMatchObject({ bad: 0, duplicates: 0, completed: true });
      running = await place.start(['--replay', ...files.slice(3)]);
      const { stdout } = await place.run('psql', '--print');
      client = new pg.Client({ connectionString: stdout.trim() });
      await client.connect();
      await waitFor('every trade in its candle', async () => {
        const { rows } = await client.query<{ candles: string; trades: string }>(
          'select (select sum(trades) from candles_1m) as candles, (select count(*) from trades) as trades',
        );
        return rows[0]?.trades === String(2_672 + 34_419) && rows[0].candles === rows[0].trades;
      });
    }, 180_000);

    afterAll(async () => {
      await client?.end();
      await place.remove();
    }, 60_000);

    test('says what it replays', () => {
      expect(running.stdout().split('\n')[0]).toContain('replaying 2 files of recorded trades');
    });

    for (const [index, { exchange, symbol }] of MARKETS.entries()) {
      test(`${exchange} ${symbol}: candles are exact over HTTP`, async () => {
        const query = `exchange=${exchange}&timeframe=1m&order=asc&limit=1000`;
        const answer = await fetch(`${running.api}/v1/candles/${symbol.replace('/', '-')}?${query}`);
        expect(answer.status).toBe(200);
        const { data } = (await answer.json()) as { data: Record<string, unknown>[] };
        const found = data.map((row) =>
          candle(Date.parse(String(row.window_start)), (name) => plain(row[name])),
        );
        expect(found).toEqual(expectedCandles(expected[index] ?? ''));
      });

      test(`${exchange} ${symbol}: candles are exact in SQL`, async () => {
        const { rows } = await client.query<Record<string, unknown> & { window_start: Date }>(
          'select * from candles_1m where exchange = $1 and symbol = $2 order by window_start',
          [exchange, symbol],
        );
        const found = rows.map((row) => candle(row.window_start.getTime(), (name) => plain(row[name])));
        expect(found).toEqual(expectedCandles(expected[index] ?? ''));
      });
    }

    test('indicators and features follow', async () => {
      const { rows } = await client.query<{ features: string; indicators: string; candles: string }>(
        `select (select count(*) from features) as features, (select count(*) from candles_1m) as candles,
          (select count(*) from indicators where timeframe = '1m') as indicators`,
      );
      const [counts] = rows;
      expect(Number(counts?.features)).toBeGreaterThan(70);
      expect(counts?.indicators).toBe(counts?.candles);
      expect(counts?.features).toBe(counts?.candles);
    });
  },
);
