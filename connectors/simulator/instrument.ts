import { BadOption } from '../errors.ts';

/** One simulated market. */
export interface Instrument {
  /** As `BTC/USD`. */
  readonly symbol: string;
  /** Price at the start, decimal text in quote currency. */
  readonly price: string;
  /** Smallest step of the price: a power of ten as decimal text, such as `0.1`. */
  readonly tick: string;
  /** Smallest step of the quantity: a power of ten as decimal text in base currency. */
  readonly lot: string;
  /** Median size of a trade, in lots. */
  readonly medianLots: number;
  /** Standard deviation of the log return over a year, 0.6 for 60 %. */
  readonly annualVolatility: number;
  /** This market's share of all trades, relative to the other markets' weights. */
  readonly weight: number;
}

// Price levels, steps and activity of mid-2024, roughly; nothing is claimed to be theirs.
const KNOWN: readonly (readonly [string, string, string, string, number, number])[] = [
  ['BTC', '61500.0', '0.1', '0.00000001', 400_000, 0.5],
  ['ETH', '2680.00', '0.01', '0.00000001', 12_000_000, 0.6],
  ['SOL', '155.00', '0.01', '0.0001', 40_000, 0.8],
  ['XRP', '0.60000', '0.00001', '0.01', 40_000, 0.75],
  ['DOGE', '0.1050000', '0.0000001', '0.1', 20_000, 0.9],
  ['ADA', '0.340000', '0.000001', '0.01', 60_000, 0.75],
  ['AVAX', '23.00', '0.01', '0.0001', 80_000, 0.85],
  ['LINK', '10.50000', '0.00001', '0.0001', 150_000, 0.8],
  ['DOT', '4.6000', '0.0001', '0.0001', 300_000, 0.75],
  ['LTC', '61.50', '0.01', '0.00001', 100_000, 0.65],
  ['BCH', '340.00', '0.01', '0.00001', 20_000, 0.75],
  ['ATOM', '4.9000', '0.0001', '0.0001', 200_000, 0.75],
  ['UNI', '6.0000', '0.0001', '0.0001', 150_000, 0.85],
  ['XLM', '0.10000', '0.00001', '0.01', 100_000, 0.7],
  ['NEAR', '4.1000', '0.0001', '0.0001', 200_000, 0.95],
  ['APT', '6.3000', '0.0001', '0.0001', 120_000, 0.95],
  ['ARB', '0.57000', '0.00001', '0.001', 200_000, 0.95],
  ['OP', '1.4000', '0.0001', '0.001', 100_000, 1.0],
  ['FIL', '3.8000', '0.0001', '0.0001', 150_000, 0.85],
  ['ETC', '19.000', '0.001', '0.0001', 60_000, 0.75],
];

/** The first `count` of twenty markets against USD; activity falls with rank, as it does on exchanges. */
export function instruments(count: number): readonly Instrument[] {
  if (!Number.isInteger(count) || count < 1 || count > KNOWN.length) {
    throw new BadOption(`${count} simulated markets were asked for;`, `ask for 1 to ${KNOWN.length}.`);
  }
  return KNOWN.slice(0, count).map(([base, price, tick, lot, medianLots, annualVolatility], rank) => ({
    symbol: `${base}/USD`,
    price,
    tick,
    lot,
    medianLots,
    annualVolatility,
    weight: 1 / (rank + 1),
  }));
}

/** Decimal places of a power of ten: 1 for `0.1`, 0 for `1`. */
export function decimalsOf(step: string): number {
  if (!/^(1|0\.0*1)$/.test(step)) {
    throw new BadOption(`The step ${JSON.stringify(step)} is not allowed;`, 'use 1, 0.1, 0.01 and so on.');
  }
  return step.length === 1 ? 0 : step.length - 2;
}

/** A whole number of steps as exact decimal text: 615001 with 1 decimal is `61500.1`. */
export function decimalText(steps: number | bigint, decimals: number): string {
  const digits = String(steps);
  if (decimals === 0) return digits;
  const padded = digits.length > decimals ? digits : digits.padStart(decimals + 1, '0');
  const point = padded.length - decimals;
  return `${padded.slice(0, point)}.${padded.slice(point)}`;
}
