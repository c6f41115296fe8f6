import { compareDecimals, plainDecimal, positiveDecimal } from '../decimal.ts';
import { BadField } from '../errors.ts';
import { epochUnitOf, isoOf, MICROS_PER_MINUTE, microsOf, microsOfEpoch } from '../instant.ts';
import type { ImportedCandle } from '../landing.ts';
import type { CandleColumns, CandleField } from './candleLayout.ts';

/** Bitcoin's first block, microseconds since the Unix epoch. */
const EARLIEST = Date.UTC(2009, 0, 3) * 1000;

/** A row's text by field. */
export type CandleText = (field: CandleField) => string | undefined;

export function candleText(columns: CandleColumns, fields: readonly string[]): CandleText {
  return (field) => {
    const index = columns.get(field);
    const value = index === undefined ? undefined : fields[index];
    return value === '' ? undefined : value;
  };
}

/**
 * The start of a bar in microseconds since the Unix epoch, whatever its length. Epoch times, ISO 8601, `20161007 13:00`
 * (Lean) and `2019-10-17 09-AM` (CryptoDataDownload), without a zone in UTC.
 * @throws BadField
 */
export function barStart(text: CandleText): number {
  const value = text('ts');
  if (value === undefined) throw new BadField('time', value, 'the start of the bar');
  if (/^\d{9,}(\.\d+)?$/.test(value)) return microsOfEpoch(value, epochUnitOf(value), 'time');
  const compact = /^(\d{4})(\d{2})(\d{2}) (\d{2}:\d{2}(?::\d{2})?)$/.exec(value);
  if (compact !== null) return microsOf(`${compact[1]}-${compact[2]}-${compact[3]}T${compact[4]}Z`, 'time');
  const halfDay = /^(\d{4}-\d{2}-\d{2}) (\d{2})-(AM|PM)$/i.exec(value);
  if (halfDay !== null) {
    const hour = (Number(halfDay[2]) % 12) + (halfDay[3]?.toUpperCase() === 'PM' ? 12 : 0);
    return microsOf(`${halfDay[1]}T${String(hour).padStart(2, '0')}:00Z`, 'time');
  }
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return microsOf(`${value}T00:00Z`, 'time');
  return microsOf(value, 'time');
}

/**
 * A valid one-minute candle.
 * @param latest microseconds since the Unix epoch after which no bar can have ended.
 * @throws BadField where it breaks what every candle keeps.
 */
export function minuteCandle(
  text: CandleText,
  market: { readonly exchange: string; readonly symbol: string },
  latest: number,
): ImportedCandle {
  const micros = barStart(text);
  if (micros % MICROS_PER_MINUTE !== 0) throw new BadField('time', text('ts'), 'a whole minute');
  if (micros < EARLIEST || micros + MICROS_PER_MINUTE > latest) {
    throw new BadField('time', text('ts'), `a minute from 2009 that was over by ${isoOf(latest)}`);
  }
  const open = priceOf(text, 'open');
  const high = priceOf(text, 'high');
  const low = priceOf(text, 'low');
  const close = priceOf(text, 'close');
  within('open', open, low, high);
  within('close', close, low, high);
  const volume = plainDecimal(given(text, 'volume'), 'volume');
  const notional = text('notional');
  const takerBuyVolume = text('taker_buy_volume');
  const taken = takerBuyVolume === undefined ? null : plainDecimal(takerBuyVolume, 'taker_buy_volume');
  if (taken !== null && compareDecimals(taken, volume) > 0) {
    throw new BadField('taker_buy_volume', taken, `at most the volume of ${volume}`);
  }
  return {
    exchange: market.exchange,
    symbol: market.symbol,
    windowStart: isoOf(micros),
    open,
    high,
    low,
    close,
    volume,
    notional: notional === undefined ? null : plainDecimal(notional, 'notional'),
    trades: tradesOf(text('trades')),
    takerBuyVolume: taken,
  };
}

function priceOf(text: CandleText, field: CandleField): string {
  return positiveDecimal(given(text, field), field);
}

function within(field: CandleField, value: string, low: string, high: string): void {
  if (compareDecimals(value, high) > 0) throw new BadField(field, value, `at most the high of ${high}`);
  if (compareDecimals(value, low) < 0) throw new BadField(field, value, `at least the low of ${low}`);
}

function given(text: CandleText, field: CandleField): string {
  const value = text(field);
  if (value === undefined) throw new BadField(field, value, 'a value');
  return value;
}

function tradesOf(value: string | undefined): number | null {
  if (value === undefined) return null;
  if (!/^\d{1,12}(\.0+)?$/.test(value)) throw new BadField('trades', value, 'a whole number');
  return Number(value);
}
