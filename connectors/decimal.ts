import { BadField } from './errors.ts';

const PLAIN = /^\d{1,30}(?:\.\d{1,30})?$/;
const DECIMAL = /^[+-]?(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,3}))?$/;
const MAX_DIGITS = 60;

/**
 * A number as plain decimal text, exactly: `1e-05` is `0.00001`, `.5` is `0.5`, `61837.63000000` stays.
 * @throws BadField when it is not a number of 0 or more, or longer than 60 digits.
 */
export function plainDecimal(text: string, field: string): string {
  if (PLAIN.test(text)) return text;
  const found = DECIMAL.exec(text);
  const [, whole = '', fraction = '', exponent = '0'] = found ?? [];
  if (found === null || whole + fraction === '') throw new BadField(field, text, 'a decimal number');
  if (text.startsWith('-') && /[1-9]/.test(whole + fraction))
    throw new BadField(field, text, 'a number not below 0');
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (Math.max(digits.length, point, digits.length - point) > MAX_DIGITS) {
    throw new BadField(field, text, `a number of at most ${MAX_DIGITS} digits`);
  }
  const left = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '';
  const right =
    point < digits.length ? digits.slice(Math.max(0, point)).padStart(digits.length - point, '0') : '';
  const plainWhole = left.replace(/^0+(?=\d)/, '') || '0';
  return right === '' ? plainWhole : `${plainWhole}.${right}`;
}

/** As `plainDecimal`, above 0. */
export function positiveDecimal(text: string, field: string): string {
  const plain = plainDecimal(text, field);
  if (!/[1-9]/.test(plain)) throw new BadField(field, text, 'a number above 0');
  return plain;
}

/**
 * A number of a JSON document as text. JSON numbers pass through a double, so only those that it surely holds exactly
 * are taken; exchanges send the others as text.
 */
export function jsonDecimal(value: unknown, field: string): string {
  if (typeof value === 'string') return value.trim();
  if (typeof value !== 'number') throw new BadField(field, value, 'a decimal number as text');
  const text = String(value);
  const digits = text.replace(/e.*$/i, '').replace(/[-.]/g, '').replace(/^0+/, '');
  if (digits.length > 15)
    throw new BadField(field, value, 'text, for a JSON number of so many digits is not exact');
  return text;
}

/** Compares plain decimals exactly: negative, 0 or positive as a is below, equal to or above b. */
export function compareDecimals(a: string, b: string): number {
  if (a === b) return 0;
  const difference = Number(a) - Number(b);
  // Doubles never turn an order around, they only make neighbours equal.
  if (difference !== 0) return difference;
  const [aWhole = '', aFraction = ''] = a.split('.');
  const [bWhole = '', bFraction = ''] = b.split('.');
  const places = Math.max(aFraction.length, bFraction.length);
  const left = BigInt(aWhole + aFraction.padEnd(places, '0'));
  const right = BigInt(bWhole + bFraction.padEnd(places, '0'));
  return left < right ? -1 : left > right ? 1 : 0;
}
