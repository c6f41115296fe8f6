import { BadField } from './errors.ts';

// Instants inside the connectors are whole microseconds since the Unix epoch, UTC. They fit a double exactly until
// the year 2255, sort as numbers, and are what the database stores.

export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND;

const ISO =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|UTC|[+-]\d{2}:?\d{2})?$/;
const DIGITS = /^\d+$/;
const THREE = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, '0'));

let lastSecond = Number.NaN;
let lastSecondText = '';

/** Microseconds as ISO 8601 in UTC, with as many of milli- and microseconds as there are. */
export function isoOf(micros: number): string {
  const second = Math.floor(micros / MICROS_PER_SECOND);
  // Trades come many to the second: format the second once.
  if (second !== lastSecond) {
    lastSecondText = new Date(second * 1000).toISOString().slice(0, 20);
    lastSecond = second;
  }
  const rest = micros - second * MICROS_PER_SECOND;
  const milli = Math.floor(rest / 1000);
  const micro = rest - milli * 1000;
  return micro === 0
    ? `${lastSecondText}${THREE[milli]}Z`
    : `${lastSecondText}${THREE[milli]}${THREE[micro]}Z`;
}

let parsedPrefix = '';
let parsedPrefixMicros = Number.NaN;

/**
 * ISO 8601 to microseconds; without a zone it is UTC, digits past the microsecond are cut.
 * @throws BadField when it is not a time that exists.
 */
export function microsOf(iso: string, field = 'ts'): number {
  const prefix = iso.slice(0, 20);
  const last = iso.length - 1;
  if (iso[19] === '.' && iso[last] === 'Z' && (last === 23 || last === 26)) {
    const digits = iso.slice(20, last);
    if (prefix === parsedPrefix && DIGITS.test(digits)) {
      return parsedPrefixMicros + Number(digits) * (last === 23 ? 1000 : 1);
    }
  }
  const micros = parse(iso, field);
  if (iso[19] === '.') {
    parsedPrefix = prefix;
    parsedPrefixMicros = Math.floor(micros / MICROS_PER_SECOND) * MICROS_PER_SECOND;
  }
  return micros;
}

function parse(iso: string, field: string): number {
  const found = ISO.exec(iso);
  if (found === null) throw new BadField(field, iso, 'ISO 8601 such as 2024-08-08T23:59:59.123456Z');
  const [, day = '', hour = '', minute = '', second = '00', fraction = '', zone = 'Z'] = found;
  const offset =
    zone === 'Z' || zone === 'UTC' ? 'Z' : zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  const millis = Date.parse(`${day}T${hour}:${minute}:${second}${offset}`);
  // Date.parse takes 30 February for 2 March.
  const midnight = new Date(`${day}T00:00:00Z`);
  const dayExists = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
  if (Number.isNaN(millis) || !dayExists) throw new BadField(field, iso, 'a time that exists');
  return millis * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}

/** Units in which exchanges and dumps write times. */
export type EpochUnit = 's' | 'ms' | 'us' | 'ns';

const DIGITS_AFTER_MICRO: Record<EpochUnit, number> = { s: 6, ms: 3, us: 0, ns: -3 };

/**
 * An epoch time in decimal text to microseconds, exactly; digits past the microsecond are cut.
 * @throws BadField when it is not a number or outside what a double holds exactly.
 */
export function microsOfEpoch(text: string, unit: EpochUnit, field = 'ts'): number {
  const found = /^(\d{1,19})(?:\.(\d*))?$/.exec(text);
  if (found === null) throw new BadField(field, text, `a time in ${unit} since 1970`);
  const [, whole = '', fraction = ''] = found;
  const shift = DIGITS_AFTER_MICRO[unit];
  const digits = shift >= 0 ? whole + fraction.slice(0, shift).padEnd(shift, '0') : whole.slice(0, shift);
  const micros = Number(digits);
  if (!Number.isSafeInteger(micros))
    throw new BadField(field, text, `a time in ${unit} before the year 2255`);
  return micros;
}

/** The unit in which a present-day epoch time is written, by its number of whole digits. */
export function epochUnitOf(text: string): EpochUnit {
  const dot = text.indexOf('.');
  const digits = dot < 0 ? text.length : dot;
  if (digits <= 11) return 's';
  if (digits <= 14) return 'ms';
  return digits <= 17 ? 'us' : 'ns';
}
