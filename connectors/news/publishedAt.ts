import { isoOf, microsOf } from '../instant.ts';

/** Before it there was no Bitcoin, and so no news of it: such a date is a default of some software. */
const EARLIEST_MS = Date.UTC(2009, 0, 1);
/** A publisher's clock or zone may be wrong by so much. */
const MOST_AHEAD_MS = 24 * 3600 * 1000;

const RFC_822 =
  /^(?:[a-z]{3,9},?\s+)?(\d{1,2})[\s-]+([a-z]{3})[a-z]*[\s-]+(\d{2}|\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([a-z]{1,4}|[+-]\d{4})$/i;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** Hours ahead of UTC of the zones that feeds name. Of any other name the time is not known. */
const ZONES: Readonly<Record<string, number>> = {
  ...{ z: 0, ut: 0, utc: 0, gmt: 0, wet: 0, bst: 1, cet: 1, cest: 2, est: -5, edt: -4 },
  ...{ cst: -6, cdt: -5, mst: -7, mdt: -6, pst: -8, pdt: -7 },
};

/**
 * When a publisher says it published: ISO 8601 in UTC, or null when it does not say, says it in no known form, or
 * says what cannot be: before 2009 or more than a day ahead of `nowMs`. A time a little ahead is kept as it is, for
 * people to see; no view goes by it.
 */
export function publishedAt(text: string | null | undefined, nowMs: number): string | null {
  const micros = text === null || text === undefined ? null : microsOfText(text.trim());
  if (micros === null) return null;
  const ms = micros / 1000;
  return ms < EARLIEST_MS || ms > nowMs + MOST_AHEAD_MS ? null : isoOf(micros);
}

function microsOfText(text: string): number | null {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return isoMicros(`${text}T00:00:00Z`);
  return isoMicros(text) ?? rfc822Micros(text);
}

function isoMicros(text: string): number | null {
  try {
    return microsOf(text);
  } catch {
    return null;
  }
}

function rfc822Micros(text: string): number | null {
  const [, day = '', name = '', year = '', hour = '', minute = '', second = '00', zone = ''] =
    RFC_822.exec(text) ?? [];
  const month = MONTHS.indexOf(name.toLowerCase()) + 1;
  const offset = offsetOf(zone);
  if (month === 0 || offset === null) return null;
  // Two digits, as RFC 822 had them, mean this century: nothing that is read here is older.
  const date = `${year.length === 2 ? `20${year}` : year}-${pad(month)}-${pad(day)}`;
  return isoMicros(`${date}T${pad(hour)}:${minute}:${second}${offset}`);
}

function offsetOf(zone: string): string | null {
  if (/^[+-]\d{4}$/.test(zone)) return zone;
  const hours = ZONES[zone.toLowerCase()];
  if (hours === undefined) return null;
  return `${hours < 0 ? '-' : '+'}${pad(Math.abs(hours))}00`;
}

const pad = (value: string | number): string => String(value).padStart(2, '0');
