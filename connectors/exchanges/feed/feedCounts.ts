import type { Clock } from '../../../engine/clock.ts';
import { writeRows } from '../../../engine/database/writeRows.ts';
import { type Connection, PgSession } from '../../pgSession.ts';
import type { LiveFeedState } from './feedState.ts';

/** Milliseconds between two counts. */
const COUNT_MS = 60_000;

/** Trades of a market since its feed began. */
interface Totals {
  readonly received: number;
  readonly repeated: number;
}

export interface FeedCounterOptions {
  readonly connection: Connection;
  readonly feeds: () => readonly LiveFeedState[];
  readonly clock: Clock;
}

/** Writes to `feed_counts` what the feeds brought. While the database is away it goes on counting, and writes it later. */
export class FeedCounter {
  readonly #options: FeedCounterOptions;
  readonly #session: PgSession;
  #counted = new Map<string, Totals>();

  constructor(options: FeedCounterOptions) {
    this.#options = options;
    this.#session = new PgSession(options.connection);
  }

  /** Counts about once a minute until the signal, and once more at the end. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    try {
      do {
        await clock.sleep(COUNT_MS, signal);
        // Counts are for people who look back: nothing waits for them, and none is worth ending a feed.
        await this.count().catch(() => undefined);
      } while (!signal.aborted);
    } finally {
      await this.#session.close().catch(() => undefined);
    }
  }

  /** Counts now; a market of which nothing arrived has no row. */
  async count(): Promise<void> {
    const totals = totalsOf(this.#options.feeds());
    const counted_at = new Date(this.#options.clock.now()).toISOString();
    const rows = [...totals].flatMap(([key, total]) => {
      const [exchange = '', symbol = ''] = key.split(' ');
      const count = since(this.#counted.get(key), total);
      return count.received === 0 ? [] : [{ exchange, symbol, counted_at, ...count }];
    });
    if (rows.length > 0)
      await this.#session.run('counting what feeds brought', (client, profile) =>
        writeRows(client, profile, 'feed_counts', rows),
      );
    this.#counted = totals;
  }
}

function totalsOf(feeds: readonly LiveFeedState[]): Map<string, Totals> {
  const markets = feeds.flatMap(({ exchange, markets }) =>
    markets.map(({ symbol, counts: { fresh, duplicates } }) => {
      const totals: Totals = { received: fresh + duplicates, repeated: duplicates };
      return [`${exchange} ${symbol}`, totals] as const;
    }),
  );
  return new Map(markets);
}

/** A feed that began anew after a failure counts from 0 again. */
function since(before: Totals | undefined, now: Totals): Totals {
  if (before === undefined || now.received < before.received) return now;
  return { received: now.received - before.received, repeated: now.repeated - before.repeated };
}
