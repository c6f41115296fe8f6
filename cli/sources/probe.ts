import type { Config } from '../../config/config.ts';
import { ConnectorError } from '../../connectors/errors.ts';
import { exchangeNamed } from '../../connectors/exchanges/registry.ts';
import { RestClient } from '../../connectors/exchanges/rest/restClient.ts';
import type { Clock } from '../../engine/clock.ts';
import { restUrl } from './addresses.ts';

const WITHIN_MS = 5000;

/** Asks one market of each wanted exchange for its newest trades; null when one answers, else why none does. */
export async function probeExchanges(config: Config, clock: Clock): Promise<string | null> {
  const first = new Map(config.MARKETS.toReversed().map(({ exchange, symbol }) => [exchange, symbol]));
  const answers = await Promise.all(
    [...first].map(async ([name, symbol]) => {
      const exchange = exchangeNamed(name);
      const client = new RestClient({
        exchange,
        clock,
        random: Math.random,
        intervalMs: 0,
        retries: 0,
        timeoutMs: WITHIN_MS,
        ...restUrl(config, name),
      });
      try {
        await client.get(exchange.history.latest(symbol));
        return null;
      } catch (error) {
        return troubleOf(error);
      }
    }),
  );
  return answers.includes(null) ? null : answers.join('; ');
}

/** What went wrong; what to do about it is nothing for a first line. */
function troubleOf(error: unknown): string {
  if (!(error instanceof ConnectorError)) return error instanceof Error ? error.message : String(error);
  return error.message.replace(error.remedy, '').trim().replace(/\.$/, '');
}
