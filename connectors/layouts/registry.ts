import { BadOption, UnknownLayout } from '../errors.ts';
import { binanceAggregateTrades, binanceTrades } from './binance.ts';
import { coinbaseMatches } from './coinbase.ts';
import { contract } from './contract.ts';
import { cryptuoso } from './cryptuoso.ts';
import { frames } from './frames.ts';
import { krakenRest, krakenTimeAndSales } from './kraken.ts';
import type { Layout } from './layout.ts';
import { recordedBinance } from './recorded.ts';

/** Every layout that is recognised by itself. A new one is a file beside this one and a line here. */
export const tradeLayouts: readonly Layout[] = [
  krakenTimeAndSales,
  krakenRest,
  cryptuoso,
  binanceTrades,
  binanceAggregateTrades,
  recordedBinance,
  frames,
  coinbaseMatches,
  contract,
];

/** @throws BadOption */
export function layoutNamed(name: string): Layout {
  const found = tradeLayouts.find((layout) => layout.name === name);
  if (found !== undefined) return found;
  const names = tradeLayouts.map((layout) => layout.name).join(', ');
  throw new BadOption(`There is no layout ${JSON.stringify(name)};`, `use one of ${names}.`);
}

/** The error for a file whose beginning no layout fits: shows it, and lists the layouts. */
export function noLayoutFits(path: string, beginning: string): UnknownLayout {
  const list = tradeLayouts.map((layout) => `  ${layout.name}: ${layout.columns}`).join('\n');
  return new UnknownLayout(
    `${path} is in no layout that Tickwave knows; it begins with ${JSON.stringify(beginning.slice(0, 120))}.`,
    `Name its columns with --map ts=…,price=…,quantity=…, or bring it to one of these:\n${list}`,
  );
}
