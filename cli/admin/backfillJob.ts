import type { Config } from '../../config/config.ts';
import type { Job } from '../../jobs/schedule/runner.ts';
import { fetchTrades } from '../fetchTrades.ts';

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
    const { trades, heartbeats } = await fetchTrades(config, url, {
      exchange,
      symbols: [symbol],
      fromMs: from,
      toMs: to,
      signal,
      onProgress: (far) => progress(far.share, `${far.trades} trades`),
    });
    signal.throwIfAborted();
    return `${trades} trades of ${exchange} ${symbol} fetched, ${heartbeats} minutes complete.`;
  };
}
