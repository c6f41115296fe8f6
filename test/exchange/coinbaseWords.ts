import { isoOf } from '../../connectors/instant.ts';

// How Coinbase calls things, on the socket and in REST.

export function symbolOf(product: string): string {
  return product.replace('-', '/');
}

export function productOf(symbol: string): string {
  return symbol.replace('/', '-');
}

/** The side of the resting order. */
export function makerSide(taker: string): string {
  return taker === 'buy' ? 'sell' : 'buy';
}

/** Always with six digits. */
export function stamp(micros: number): string {
  return isoOf(micros).replace(/\.(\d+)Z$/, (_, digits: string) => `.${digits.padEnd(6, '0')}Z`);
}
