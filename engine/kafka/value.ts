import { LosslessNumber } from 'lossless-json';

/** Reads a field of a message as text that PostgreSQL takes for the column's type. Throws Unfit. */
export type ReadValue = (value: unknown) => string;

/** A field is not what its column takes; the message says what was expected. */
export class Unfit extends Error {
  override readonly name = 'Unfit';
}

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,6})?$/;
/** Half of a pair: JSON can write it, UTF-8 can't. */
const HALF_CHARACTER = /\p{Surrogate}/u;
const WHOLE = /^[+-]?\d{1,19}$/;
const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s?(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)?$/i;
/** Years that both JavaScript and PostgreSQL have. */
const [FIRST_MS, LAST_MS] = [Date.UTC(1, 0, 1), Date.UTC(9999, 11, 31)];

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Unfit('text');
  if (value.includes('\0') || HALF_CHARACTER.test(value))
    throw new Unfit('text without zero characters or half characters');
  return value;
}

/** Numbers need the message's own digits, so they are expected as text or exact. */
function numeric(value: unknown): string {
  const digits = value instanceof LosslessNumber ? value.value : value;
  if (typeof digits !== 'string' || !DECIMAL.test(digits)) throw new Unfit('a decimal number');
  return digits;
}

function whole(bits: bigint): ReadValue {
  const [least, most] = [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
  const expected = `a whole number from ${least} to ${most}`;
  return (value) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && bits === 64n) return String(value);
    const digits =
      value instanceof LosslessNumber ? value.value : typeof value === 'number' ? String(value) : value;
    if (typeof digits !== 'string' || !WHOLE.test(digits)) throw new Unfit(expected);
    const number = BigInt(digits.replace(/^\+/, ''));
    if (number < least || number > most) throw new Unfit(expected);
    return String(number);
  };
}

function double(value: unknown): string {
  const given = value instanceof LosslessNumber ? value.value : value;
  const number = typeof given === 'string' && DECIMAL.test(given) ? Number(given) : given;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw new Unfit('a finite number');
  return String(number);
}

function boolean(value: unknown): string {
  if (typeof value !== 'boolean') throw new Unfit('true or false');
  return value ? 't' : 'f';
}

/** ISO 8601, without a zone UTC; or milliseconds since the Unix epoch, as RisingWave takes them. */
function instant(value: unknown): string {
  const number = value instanceof LosslessNumber ? Number(value.value) : value;
  if (typeof number === 'number') {
    if (!Number.isInteger(number) || number < FIRST_MS || number > LAST_MS)
      throw new Unfit('a time: ISO 8601, or whole milliseconds since 1970');
    return new Date(number).toISOString();
  }
  if (typeof value === 'string' && exists(value)) return value;
  throw new Unfit('a time: ISO 8601 such as 2024-08-08T23:59:59.123456Z, or whole milliseconds since 1970');
}

/** Seconds and zone of the usual form. */
const REST = /^[0-5]\d(?:\.\d{1,9})?Z$/;
let knownMinute = '';

/** Whether a text is a time of a day that there is. */
function exists(value: string): boolean {
  // Rows come many to the minute: look at the day once.
  const minute = value.slice(0, 17);
  if (minute === knownMinute && REST.test(value.slice(17))) return true;
  const parts = INSTANT.exec(value);
  if (parts === null) return false;
  const [, year = 0, month = 0, day = 0, hour = 0, minutes = 0, second] = parts.map(Number);
  if (hour > 23 || minutes > 59 || (second ?? 0) > 59) return false;
  const start = new Date(Date.UTC(year, month - 1, day));
  if (year < 1 || start.getUTCMonth() !== month - 1 || start.getUTCDate() !== day) return false;
  if (minute.endsWith(':')) knownMinute = minute;
  return true;
}

/** Other types are PostgreSQL's to judge. */
function any(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const READERS: readonly (readonly [RegExp, ReadValue])[] = [
  [/^(character varying|varchar|text|char|character|bpchar)\b/, text],
  [/^(numeric|decimal)\b/, numeric],
  [/^(bigint|int8)\b/, whole(64n)],
  [/^(integer|int|int4)\b/, whole(32n)],
  [/^(smallint|int2)\b/, whole(16n)],
  [/^(double precision|float8|float)\b/, double],
  [/^(real|float4)\b/, double],
  [/^(boolean|bool)\b/, boolean],
  [/^(timestamptz|timestamp)\b/, instant],
];

/** How fields of a column's type are read. */
export function readerOf(type: string): ReadValue {
  const plain = type.toLowerCase().replace(/^pg_catalog\./, '');
  return READERS.find(([pattern]) => pattern.test(plain))?.[1] ?? any;
}

/** Whether a number of JavaScript may not be what the message says. */
export function needsExact(value: unknown, read: ReadValue): boolean {
  if (typeof value !== 'number') return false;
  return read === numeric || (read !== double && !Number.isSafeInteger(value));
}
