import type { Config } from '../../config/config.ts';
import { backfill } from '../../connectors/exchanges/feed/backfill.ts';
import { PostgresMemory } from '../../connectors/exchanges/feed/postgresMemory.ts';
import { exchangeNamed } from '../../connectors/exchanges/registry.ts';
import { PostgresLanding } from '../../connectors/postgresLanding.ts';
import { systemClock } from '../../engine/clock.ts';
import type { Job } from '../../jobs/schedule/runner.ts';
import { exchangeUrls } from '../sources/addresses.ts';

/** Past trades of one market; times are milliseconds since the Unix epoch. */
export interface Backfill {
  readonly exchange: string;
  readonly symbol: string;
  readonly from: number;
  readonly to: number;
}

/** A job that fetches them, as `tickwave backfill` does. */
export function backfillJob(config: Config, url: string, wanted: Backfill): Job {
  const { exchange, symbol, from, to } = wanted;
  return async ({ signal, progress }) => {
    const landing = new PostgresLanding({ connection: url, durable: true });
    const memory = new PostgresMemory(url);
    const { rest } = exchangeUrls(config, exchange);
    try {
      const { trades, heartbeats } = await backfill({
        exchange: exchangeNamed(exchange),
        symbols: [symbol],
        fromMs: from,
        toMs: to,
        landing,
        memory,
        clock: systemClock,
        random: Math.random,
        signal,
        onProgress: ({ share, trades }) => progress(share, `${trades} trades`),
        ...(rest === undefined ? {} : { url: rest }),
      });
      signal.throwIfAborted();
      return `${trades} trades of ${exchange} ${symbol} fetched, ${heartbeats} minutes complete.`;
    } finally {
      await memory.close();
      await landing.close();
    }
  };
}
