import { BadField, BadOption } from '../errors.ts';
import { isoOf, MICROS_PER_MINUTE } from '../instant.ts';
import { barStart, type CandleText } from './candleRow.ts';

/** What times are counted from: all files that are told alike stay beside each other. A Monday. */
const ORIGIN_MS = Date.UTC(2018, 0, 1);
/** A month. */
const MOST_MINUTES = 44_640;

/** @throws BadOption */
export function checkBarMinutes(barMinutes: number): void {
  if (Number.isInteger(barMinutes) && barMinutes >= 1 && barMinutes <= MOST_MINUTES) return;
  throw new BadOption(
    `Bars of ${barMinutes} minutes cannot be told as minutes;`,
    `give a whole number from 1 to ${MOST_MINUTES}.`,
  );
}

/**
 * A row of a longer bar, told as if each bar were a minute: what is computed of minutes is then computed of bars. A time that is
 * not a whole number of bars from the origin is left as it is no bar of this length.
 * @throws BadField
 */
export function toldAsMinute(text: CandleText, barMinutes: number): CandleText {
  if (barMinutes === 1) return text;
  return (field) => {
    if (field !== 'ts') return text(field);
    const sinceOrigin = barStart(text) - ORIGIN_MS * 1000;
    if (sinceOrigin % (barMinutes * MICROS_PER_MINUTE) !== 0)
      throw new BadField('time', text('ts'), `the start of a bar of ${barMinutes} minutes`);
    return isoOf(ORIGIN_MS * 1000 + sinceOrigin / barMinutes);
  };
}

/** The real start of a bar by that of the minute it is told as; both milliseconds since the Unix epoch. */
export function realTime(toldMs: number, barMinutes: number): number {
  return ORIGIN_MS + (toldMs - ORIGIN_MS) * barMinutes;
}
