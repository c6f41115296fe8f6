import { BadOption } from '../errors.ts';
import { binance } from './binance.ts';
import { coinbase } from './coinbase.ts';
import type { Exchange } from './exchange.ts';
import { kraken } from './kraken.ts';

/** Every exchange that Tickwave speaks with. */
export const exchanges: readonly Exchange[] = [kraken, coinbase, binance];

/** @throws BadOption when there is no such exchange. */
export function exchangeNamed(name: string): Exchange {
  const found = exchanges.find((exchange) => exchange.name === name.toLowerCase());
  if (found !== undefined) return found;
  throw new BadOption(
    `There is no exchange ${JSON.stringify(name.slice(0, 40))};`,
    `use one of ${exchanges.map((exchange) => exchange.name).join(', ')}.`,
  );
}
