import type { Clock } from '../../../engine/clock.ts';
import { MICROS_PER_MINUTE, microsOf } from '../../instant.ts';
import type { ImportedCandle, Landing } from '../../landing.ts';
import type { Exchange } from '../exchange.ts';
import type { RestClient } from '../rest/restClient.ts';
import { isTheExchanges } from './historyReader.ts';

/** Answers that are asked for at most for one market. */
const MAX_REQUESTS = 20;

export interface WarmUpOptions {
  readonly exchange: Exchange;
  readonly client: RestClient;
  readonly landing: Landing;
  readonly clock: Clock;
  readonly symbol: string;
  /** Minutes from this time on, microseconds since the Unix epoch. */
  readonly fromMicros: number;
  readonly signal: AbortSignal;
}

/**
 * Lands the exchange's own one-minute candles of the last hours, which takes few requests: indicators are warm while
 * the trades are still being fetched, and trades take the candles' place minute by minute. The newest candle is left
 * out, for its minute may not be over.
 *
 * @returns null, or why the exchange would not give them: then the trades have to do.
 * @throws what landing throws.
 */
export async function warmUp(options: WarmUpOptions): Promise<string | null> {
  const { exchange, client, clock, symbol, signal } = options;
  const { candles } = exchange;
  const now = clock.now() * 1000;
  let from = Math.max(options.fromMicros, now - candles.reachMinutes * MICROS_PER_MINUTE);
  try {
    for (let requests = 0; requests < MAX_REQUESTS && from < now; requests++) {
      const read = (body: string): readonly ImportedCandle[] => candles.read(body, symbol);
      const page = await client.getRead(candles.from(symbol, from), read, signal);
      const over = page
        .slice(0, -1)
        .filter(({ windowStart }) => microsOf(windowStart) + MICROS_PER_MINUTE <= now);
      await options.landing.candles(over);
      const last = page.at(-1);
      const next = Math.max(from, last === undefined ? 0 : microsOf(last.windowStart));
      // Where nothing traded an answer may be empty, and the next one not.
      from = next > from ? next : from + candles.pageMinutes * MICROS_PER_MINUTE;
    }
    return null;
  } catch (error) {
    if (signal.aborted) return null;
    if (!isTheExchanges(error)) throw error;
    return error.message;
  }
}
