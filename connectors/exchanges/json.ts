import { parse } from 'lossless-json';
import { BadField } from '../errors.ts';

// What exchanges send, read so that a price is the text it was written in: a double would turn 0.00010900 into another
// text and 0.12345678901234567 into another number. All of this throws BadField and nothing else, for any text.

/** A JSON object whose fields may be asked for. */
export type Fields = Readonly<Record<string, unknown>>;

/** No number, name or time of an exchange is longer, in characters. */
const LONGEST = 200;

/** Numbers that a double may not give back as they were written: with a fraction, an exponent or many digits. */
const INEXACT = /(?:"\s*:|[,[])\s*-?\d+[.eE]|\d{16}/;

/**
 * A JSON document. Its numbers are for `textIn`: text as they were written, or doubles where all of them are whole and
 * short, for the plain parser is three times as fast.
 * @throws BadField when it is not JSON.
 */
export function document(text: string, what: string): unknown {
  try {
    return INEXACT.test(text) ? parse(text, null, (number) => number) : JSON.parse(text);
  } catch {
    // Nested too deeply for the parser is among the reasons.
    throw new BadField(what, text, 'JSON');
  }
}

/** @throws BadField */
export function objectIn(value: unknown, field: string): Fields {
  if (isObject(value)) return value;
  throw new BadField(field, sketch(value), 'an object');
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws BadField */
export function listIn(value: unknown, field: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new BadField(field, sketch(value), 'a list');
}

/** Text or a number as text. @throws BadField */
export function textIn(value: unknown, field: string): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string' || value === '') throw new BadField(field, sketch(value), 'a value');
  if (value.length > LONGEST) throw new BadField(field, value, `at most ${LONGEST} characters`);
  return value;
}

/** @throws BadField */
export function flagIn(value: unknown, field: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new BadField(field, sketch(value), 'true or false');
}

/** An exchange's words for people: whatever it sent, on one line and cut. */
export function wordsIn(...values: readonly unknown[]): string {
  const said = values.filter((value): value is string => typeof value === 'string' && value !== '');
  return said.length === 0 ? 'no reason given' : said.join(': ').replaceAll(/\s+/g, ' ').slice(0, LONGEST);
}

/** A value for an error message: what is nested may be nested too deeply to be written out. */
function sketch(value: unknown): unknown {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return isObject(value) ? 'an object' : value;
}
