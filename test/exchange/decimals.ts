/** `0.1234` with 8 decimals is `0.12340000`, as exchanges write quantities. Digits are never cut. */
export function padded(decimal: string, decimals: number): string {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return decimals === 0 && fraction === '' ? whole : `${whole}.${fraction.padEnd(decimals, '0')}`;
}

/** `0.20000000` is `0.2`: one text for one number. */
export function trimmed(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}

/** Decimal text as a whole number of 10^-decimals. */
export function scaled(decimal: string, decimals: number): bigint {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return BigInt(whole + fraction.padEnd(decimals, '0').slice(0, decimals));
}

/** The reverse of `scaled`. */
export function unscaled(units: bigint, decimals: number): string {
  const digits = units.toString().padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
