import type { Client } from 'pg';
import type { Trade } from '../../connectors/landing.ts';
import type { PostgresLanding } from '../../connectors/postgresLanding.ts';
import { seeded } from '../../test/property/history.ts';

/** First minute that is closed; the history lies before it. */
export const START = Date.UTC(2026, 0, 3);
const MINUTE = 60_000;
/** Hours of history: what features reach over, and some. */
const HISTORY_HOURS = 25;
/** Trades of each market in each minute. */
const TRADES = 10;
/** A minute is over when a trade of five seconds into the next one arrives. */
const LATENESS_MS = 5000;

/** Markets that close their minutes all at once, which is the most that scoring can be asked for at a time. */
export class ClosingMarkets {
  readonly #random = seeded(1);
  readonly #prices: number[];
  readonly #names: readonly { readonly exchange: string; readonly symbol: string }[];
  #ids = 0;

  constructor(count: number) {
    this.#prices = new Array<number>(count).fill(100);
    this.#names = Array.from({ length: count }, (_, index) => ({
      exchange: 'made',
      symbol: `M${String(index).padStart(3, '0')}/USD`,
    }));
  }

  /** Lands the minutes before `START`. */
  async landHistory(client: Client): Promise<void> {
    const markets = this.#names.map(({ symbol }) => symbol);
    await client.query(
      `insert into candles_imported (exchange, symbol, window_start, open, high, low, close, volume)
       select 'made', symbol, $2::timestamptz - ($3::int - minute) * interval '1 minute',
         before::numeric, (greatest(before, after) * 1.0002)::numeric, (least(before, after) * 0.9998)::numeric, after::numeric,
         (1 + minute % 7)::numeric
       from unnest($1::varchar[]) with ordinality as markets (symbol, place)
       cross join generate_series(0, $3::int - 1) as minute
       cross join lateral (select 100 * exp(0.01 * sin(place + minute / 97.0) + 0.001 * sin(place * minute)) as before,
         100 * exp(0.01 * sin(place + (minute + 1) / 97.0) + 0.001 * sin(place * (minute + 1))) as after) as price`,
      [markets, new Date(START).toISOString(), HISTORY_HOURS * 60],
    );
  }

  /** Lands what each market trades in a minute but for its first five seconds, which came with `close`. */
  async trade(landing: PostgresLanding, minute: number): Promise<void> {
    const step = (MINUTE - LATENESS_MS - 100) / TRADES;
    const first = START + minute * MINUTE + LATENESS_MS + 50;
    const rows = Array.from({ length: TRADES }, (_, index) => this.#trades(first + (index + 1) * step));
    await landing.trades(rows.flat());
  }

  /** Lands the trade of each market that ends a minute. */
  async close(landing: PostgresLanding, minute: number, receivedMs: number): Promise<void> {
    await landing.trades(this.#trades(START + (minute + 1) * MINUTE + LATENESS_MS, receivedMs));
  }

  #trades(at: number, receivedMs = at): readonly Trade[] {
    this.#ids++;
    return this.#names.map((market, index) => {
      const price = (this.#prices[index] ?? 100) * (1 + (this.#random() - 0.5) * 0.0005);
      this.#prices[index] = price;
      return {
        ...market,
        tradeId: String(this.#ids),
        ts: new Date(at).toISOString(),
        price: price.toFixed(4),
        quantity: (0.01 + this.#random()).toFixed(4),
        side: this.#random() < 0.5 ? 'buy' : 'sell',
        receivedAt: new Date(receivedMs).toISOString(),
      };
    });
  }
}
