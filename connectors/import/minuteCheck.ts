import { NotMinuteData } from '../errors.ts';
import { MICROS_PER_MINUTE } from '../instant.ts';

/**
 * Refuses files whose bars are not of one minute, before anything of them is stored. The step of a file is the greatest
 * common divisor of the distances between its bars: minutes with holes still have a step of one minute.
 * @param starts of the file's first bars, microseconds since the Unix epoch, in any order.
 * @param note the lines before the header, if there were any.
 * @throws NotMinuteData
 */
export function checkMinutes(path: string, starts: readonly number[], note: string): void {
  const step = starts.slice(1).reduce((divisor, start, i) => {
    return greatestDivisor(divisor, Math.abs(start - (starts[i] as number)));
  }, 0);
  const offMinute = starts.some((start) => start % MICROS_PER_MINUTE !== 0);
  if (!offMinute && (step === 0 || step === MICROS_PER_MINUTE)) return;
  const seconds = step / 1e6;
  const passed = note === '' ? '' : ` (after the note ${JSON.stringify(note.slice(0, 80))})`;
  throw new NotMinuteData(
    `${path}${passed} holds bars that are ${lengthText(seconds)} apart, not one-minute bars.`,
    seconds > 60
      ? 'Import one-minute bars: the longer timeframes are computed from them.'
      : 'Roll them up to minutes first, or replay the trades they were made of.',
  );
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

function lengthText(seconds: number): string {
  if (seconds > 0 && seconds % 86_400 === 0) return plural(seconds / 86_400, 'day');
  if (seconds > 0 && seconds % 3600 === 0) return plural(seconds / 3600, 'hour');
  if (seconds > 0 && seconds % 60 === 0) return plural(seconds / 60, 'minute');
  return plural(seconds, 'second');
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
