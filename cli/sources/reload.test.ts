import { expect, test } from '@jest/globals';
import { changeMarkets } from './reload.ts';

const market = (name: string) => {
  const [exchange = '', symbol = ''] = name.split(' ');
  return { exchange, symbol };
};

function change(before: readonly string[], wanted: readonly string[]) {
  const calls: string[] = [];
  const feed = {
    subscribe: (symbols: readonly string[]) => calls.push(...symbols.map((symbol) => `+${symbol}`)),
    unsubscribe: (symbols: readonly string[]) => calls.push(...symbols.map((symbol) => `-${symbol}`)),
  };
  const words = changeMarkets(new Map([['kraken', feed]]), before.map(market), wanted.map(market));
  return { calls, words };
}

test('only what changed is subscribed and unsubscribed', () => {
  const { calls, words } = change(['kraken A/USD', 'kraken B/USD'], ['kraken B/USD', 'kraken C/USD']);
  expect(calls).toEqual(['+C/USD', '-A/USD']);
  expect(words).toEqual(['kraken: following C/USD from now on', 'kraken: no longer following A/USD']);
});

test('says what cannot be done without a restart, and when nothing is to be done', () => {
  expect(change(['kraken A/USD'], ['kraken A/USD', 'binance A/USD']).words).toEqual([
    'binance is new: it is followed after a restart',
  ]);
  expect(change(['kraken A/USD'], ['kraken A/USD'])).toEqual({ calls: [], words: ['MARKETS is as it was'] });
});
