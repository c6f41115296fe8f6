/** Significant digits of a predicted price, unless its base has more decimals. */
const DIGITS = 10;
/** Decimals at most: below that no market is priced. */
const MOST_DECIMALS = 40;

/**
 * A price moved by a log return: the base, exactly, plus `base * (exp(return) - 1)` rounded half away from zero to ten
 * significant digits of the base, or to its own decimals when it has more. No move gives the base to the last digit.
 *
 * @param base decimal text above 0, as `57572.7`
 * @param logReturn finite, at most 10 up or down
 * @returns decimal text
 */
export function movedPrice(base: string, logReturn: number): string {
  const value = Number(base);
  const [, fraction = ''] = base.split('.');
  const exponent = Math.floor(Math.log10(value));
  const decimals = Math.min(MOST_DECIMALS, Math.max(fraction.length, DIGITS - 1 - exponent));
  // toFixed writes no exponent below 1e21, which a price of 1e15 moved by a factor of 22,000 stays under.
  const moved = scaled(base, decimals) + scaled((value * Math.expm1(logReturn)).toFixed(decimals), decimals);
  const digits = moved.toString().padStart(decimals + 1, '0');
  if (decimals === 0) return digits;
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

function scaled(text: string, decimals: number): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(`${whole}${fraction.padEnd(decimals, '0')}`);
}
