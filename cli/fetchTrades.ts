import type { Config } from '../config/config.ts';
import {
  type BackfillOptions,
  type BackfillReport,
  backfill,
} from '../connectors/exchanges/feed/backfill.ts';
import { PostgresMemory } from '../connectors/exchanges/feed/postgresMemory.ts';
import { exchangeNamed } from '../connectors/exchanges/registry.ts';
import { PostgresLanding } from '../connectors/postgresLanding.ts';
import { systemClock } from '../engine/clock.ts';
import { exchangeUrls } from './sources/addresses.ts';

/** Past trades of one exchange, and who is told of them. */
export interface Fetch
  extends Pick<BackfillOptions, 'symbols' | 'fromMs' | 'toMs' | 'signal' | 'onProgress'> {
  readonly exchange: string;
}

/** Fetches past trades into a database over connections of its own. */
export async function fetchTrades(config: Config, url: string, wanted: Fetch): Promise<BackfillReport> {
  const landing = new PostgresLanding({ connection: url, durable: true });
  const memory = new PostgresMemory(url);
  const { rest } = exchangeUrls(config, wanted.exchange);
  try {
    return await backfill({
      ...wanted,
      exchange: exchangeNamed(wanted.exchange),
      landing,
      memory,
      clock: systemClock,
      random: Math.random,
      ...(rest === undefined ? {} : { url: rest }),
    });
  } finally {
    await memory.close();
    await landing.close();
  }
}
