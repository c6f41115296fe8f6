import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { testDatabase } from '../support/database.ts';
import type { Quote } from './quotes.ts';

const SQL = new URL('../../sql/', import.meta.url);

/** In the order in which they read each other. */
const VIEWS = [
  'price_moves',
  'trend',
  'trend_signals',
  'momentum',
  'momentum_signals',
  'volatility',
  'volume_flow',
  'daily_vwap',
  'indicators',
];

const CANDLES = `create table candles (
  exchange text, symbol text, timeframe text, window_start timestamptz, open numeric, high numeric, low numeric, close numeric,
  volume numeric, notional numeric, vwap numeric, trades bigint, taker_buy_volume numeric, known_minutes bigint,
  primary key (exchange, symbol, timeframe, window_start))`;

const INSERT = `insert into candles (exchange, symbol, timeframe, window_start, open, high, low, close, volume, known_minutes)
  select 'golden', $1, $2, '2020-01-01 00:00:00+00'::timestamptz + (row - 1) * $3::interval, open, high, low, close, volume,
    extract(epoch from $3::interval) / 60
  from unnest($4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[], $8::numeric[]) with ordinality
    as quote (open, high, low, close, volume, row)`;

export type IndicatorRow = Readonly<Record<string, unknown>>;

/** The functions and the indicator views of `sql/` over a table of candles, on plain PostgreSQL. */
export class IndicatorDatabase {
  readonly client: pg.Client;
  private readonly drop: () => Promise<void>;

  private constructor(client: pg.Client, drop: () => Promise<void>) {
    this.client = client;
    this.drop = drop;
  }

  static async create(): Promise<IndicatorDatabase> {
    const database = await testDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    // The types of counts and sums that fit a number.
    client.setTypeParser(20, Number);
    client.setTypeParser(1700, Number);
    for (const file of readdirSync(new URL('functions/', SQL)).filter((name) =>
      name.endsWith('.postgres.sql'),
    )) {
      await client.query(readFileSync(new URL(`functions/${file}`, SQL), 'utf8'));
    }
    await client.query(CANDLES);
    return new IndicatorDatabase(client, database.drop);
  }

  /** Loads bars as candles without a gap: daily ones, unless another timeframe is named. */
  async load(symbol: string, quotes: readonly Quote[], timeframe = '1d'): Promise<void> {
    const column = (name: keyof Quote): (string | null)[] => quotes.map((quote) => quote[name]);
    const step = timeframe === '1d' ? '1 day' : '1 minute';
    const values = (['open', 'high', 'low', 'close', 'volume'] as const).map(column);
    await this.client.query(INSERT, [symbol, timeframe, step, ...values]);
  }

  /** Creates the views over what was loaded; their text is the files'. */
  async createViews(): Promise<void> {
    for (const view of VIEWS) {
      // Without statistics of what it reads the planner would join thousands of rows by nested loops.
      await this.client.query('analyze');
      await this.client.query(readFileSync(new URL(`indicators/${view}.sql`, SQL), 'utf8'));
    }
  }

  /** All indicators of a market, oldest row first. */
  async indicators(symbol: string): Promise<IndicatorRow[]> {
    const { rows } = await this.client.query<IndicatorRow>(
      'select * from indicators where symbol = $1 order by window_start',
      [symbol],
    );
    return rows;
  }

  async close(): Promise<void> {
    await this.client.end();
    await this.drop();
  }
}
