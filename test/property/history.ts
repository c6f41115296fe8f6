import type pg from 'pg';

/** Small seeded generator (mulberry32, public domain): one number replays a history. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export interface HistoryOptions {
  readonly random: () => number;
  readonly markets: readonly (readonly [exchange: string, symbol: string])[];
  /** Minutes that the history spans. */
  readonly minutes: number;
}

const START = Date.UTC(2026, 0, 1, 23, 30);

/** Writes random histories: late, out of order, duplicate and equal-time trades, corrections, deletions, gaps, imports, news. */
export class History {
  readonly #options: HistoryOptions;
  readonly #client: pg.Client;
  #id = 0;
  #now = 0;

  constructor(client: pg.Client, options: HistoryOptions) {
    this.#client = client;
    this.#options = options;
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.#options.random() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** A time around the front of the history, now and then far behind it. */
  #time(): string {
    const { random, minutes } = this.#options;
    this.#now = Math.min(minutes, this.#now + random() * 0.5);
    const late = random() < 0.15 ? random() * this.#now : random() * 0.2;
    const ms = START + Math.floor((this.#now - Math.min(late, this.#now)) * 60_000);
    // Equal timestamps are common: exchanges report a taker's fills with one time.
    return new Date(random() < 0.3 ? Math.floor(ms / 5000) * 5000 : ms).toISOString();
  }

  /** One random batch of writes in a transaction. */
  async write(): Promise<void> {
    const { random } = this.#options;
    const kind = random();
    await this.#client.query('begin');
    if (kind < 0.6) await this.#trades(1 + Math.floor(random() * 40));
    else if (kind < 0.68) await this.#heartbeats();
    else if (kind < 0.74) await this.#imports();
    else if (kind < 0.8) await this.#news();
    else if (kind < 0.86) await this.#predictions();
    else if (kind < 0.93)
      await this.#client.query('delete from trades where trade_id % 17 = $1', [Math.floor(random() * 17)]);
    else
      await this.#client.query(
        'update trades set price = price * 1.01, ts = ts + $2::interval where trade_id % 13 = $1',
        [Math.floor(random() * 13), this.#pick(['0 s', '3 s', '-70 s'])],
      );
    await this.#client.query('commit');
  }

  async #trades(count: number): Promise<void> {
    const { random, markets } = this.#options;
    for (let index = 0; index < count; index++) {
      const [exchange, symbol] = this.#pick(markets);
      const id = random() < 0.1 && this.#id > 0 ? Math.floor(random() * this.#id) : this.#id++;
      await this.#client.query(
        'insert into trades (exchange, symbol, trade_id, ts, price, quantity, side, received_at) values ($1, $2, $3, $4, $5, $6, $7, $4) on conflict do nothing',
        [
          exchange,
          symbol,
          id,
          this.#time(),
          (100 + random() * 10).toFixed(2),
          (0.001 + random()).toFixed(4),
          this.#pick(['buy', 'sell', null]),
        ],
      );
    }
  }

  async #heartbeats(): Promise<void> {
    const [exchange, symbol] = this.#pick(this.#options.markets);
    const from = Math.floor((Date.parse(this.#time()) - 180_000) / 60_000) * 60_000;
    for (let minute = 0; minute < 4; minute++) {
      await this.#client.query(
        'insert into heartbeats (exchange, symbol, minute) values ($1, $2, $3) on conflict do nothing',
        [exchange, symbol, new Date(from + minute * 60_000).toISOString()],
      );
    }
  }

  async #imports(): Promise<void> {
    const [exchange, symbol] = this.#pick(this.#options.markets);
    const from = Math.floor(Date.parse(this.#time()) / 60_000) * 60_000;
    for (let minute = 0; minute < 5; minute++) {
      await this.#client.query(
        'insert into candles_imported (exchange, symbol, window_start, open, high, low, close, volume, notional, trades, taker_buy_volume) values ($1, $2, $3, 100, 101, 99, 100.5, 3.5, $4, 7, 1) on conflict do nothing',
        [exchange, symbol, new Date(from + minute * 60_000).toISOString(), this.#pick([null, '351.75'])],
      );
    }
  }

  async #news(): Promise<void> {
    const { random } = this.#options;
    await this.#client.query(
      'insert into news_scores (news_id, asset, model, score, scored_at) values ($1, $2, $3, $4, $5) on conflict do nothing',
      [
        `n${Math.floor(random() * 50)}`,
        this.#pick(['BTC', 'ETH', 'DOGE']),
        'lexicon',
        random() * 2 - 1,
        this.#time(),
      ],
    );
  }

  async #predictions(): Promise<void> {
    const { random } = this.#options;
    const { rows } = await this.#client.query<{ name: string; type: string }>(
      "select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 'public.predictions'::regclass and attnum > 0 and not attisdropped",
    );
    const [exchange, symbol] = this.#pick(this.#options.markets);
    const start = new Date(Math.floor(Date.parse(this.#time()) / 60_000) * 60_000).toISOString();
    const horizon = this.#pick([5, 15]);
    const known: Record<string, unknown> = {
      exchange,
      symbol,
      window_start: start,
      horizon_minutes: horizon,
      model: 'ridge',
      version: 1,
      target_start: new Date(Date.parse(start) + horizon * 60_000).toISOString(),
      predicted_return: (random() - 0.5) / 100,
      interval_level: 0.8,
      direction_probability: random() < 0.1 ? null : random(),
      late: random() < 0.2,
    };
    const value = (name: string, type: string): unknown => {
      if (name in known) return known[name];
      if (/timestamp/.test(type)) return start;
      if (/numeric|double/.test(type)) return 100 + random();
      if (/int/.test(type)) return 1;
      return type === 'boolean' ? false : 'x';
    };
    await this.#client.query(
      `insert into predictions (${rows.map((row) => row.name).join(', ')}) values (${rows.map((_, index) => `$${index + 1}`).join(', ')}) on conflict do nothing`,
      rows.map((row) => value(row.name, row.type)),
    );
  }
}
