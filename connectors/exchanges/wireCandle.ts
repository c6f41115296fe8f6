import { compareDecimals, plainDecimal, positiveDecimal } from '../decimal.ts';
import { BadField } from '../errors.ts';
import { isoOf, MICROS_PER_MINUTE, microsOf, microsOfEpoch } from '../instant.ts';
import type { ImportedCandle } from '../landing.ts';
import { textIn } from './json.ts';

/** A candle's values as an exchange writes them, still to be checked. */
export interface WireCandle {
  readonly exchange: string;
  /** As `BTC/USD`. */
  readonly symbol: string;
  /** Start of the minute in this unit since the Unix epoch. */
  readonly time: unknown;
  readonly unit: 's' | 'ms';
  readonly open: unknown;
  readonly high: unknown;
  readonly low: unknown;
  readonly close: unknown;
  readonly volume: unknown;
  /** Left out where the exchange does not say. */
  readonly notional?: unknown;
  readonly trades?: unknown;
  readonly takerBuyVolume?: unknown;
}

const MOST_TRADES = /^\d{1,12}$/;
const EARLIEST = microsOf('2009-01-03T00:00:00Z');

/** The candle as connectors hand it over. @throws BadField where it breaks what every candle keeps. */
export function candleOf(wire: WireCandle): ImportedCandle {
  const { exchange, symbol } = wire;
  const micros = microsOfEpoch(textIn(wire.time, 'time'), wire.unit, 'time');
  if (micros < EARLIEST || micros % MICROS_PER_MINUTE !== 0) {
    throw new BadField('time', textIn(wire.time, 'time'), 'the start of a minute since 2009');
  }
  const [open, high, low, close] = (['open', 'high', 'low', 'close'] as const).map((field) =>
    positiveDecimal(textIn(wire[field], field), field),
  ) as [string, string, string, string];
  for (const [field, price] of Object.entries({ open, close })) {
    if (compareDecimals(price, low) < 0 || compareDecimals(price, high) > 0) {
      throw new BadField(field, price, `a price from the low of ${low} to the high of ${high}`);
    }
  }
  return {
    exchange,
    symbol,
    windowStart: isoOf(micros),
    open,
    high,
    low,
    close,
    volume: plainDecimal(textIn(wire.volume, 'volume'), 'volume'),
    notional: decimalOrNull(wire.notional, 'notional'),
    trades: wire.trades === undefined ? null : countIn(wire.trades),
    takerBuyVolume: decimalOrNull(wire.takerBuyVolume, 'taker buy volume'),
  };
}

function decimalOrNull(value: unknown, field: string): string | null {
  return value === undefined ? null : plainDecimal(textIn(value, field), field);
}

function countIn(value: unknown): number {
  const text = textIn(value, 'trades');
  if (!MOST_TRADES.test(text)) throw new BadField('trades', text, 'a whole number');
  return Number(text);
}
