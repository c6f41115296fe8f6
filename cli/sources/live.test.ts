import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../../config/config.ts';
import { systemClock } from '../../engine/clock.ts';
import { UsageError } from '../errors.ts';
import { type Feed, liveSource } from './live.ts';

function sourceOf(only: Feed | undefined, environment: Readonly<Record<string, string>> = {}): string {
  const config = readConfig({ MARKETS: 'kraken:BTC/USD,coinbase:ETH/USD', ...environment }, '/');
  return liveSource({ config, url: '', clock: systemClock, say: () => {}, only }).banner;
}

describe('the feeds of one process', () => {
  test('are the exchanges, or news alone', () => {
    expect(sourceOf(undefined)).toBe('live kraken BTC/USD; coinbase ETH/USD');
    expect(sourceOf('trades', { NEWS: 'off' })).toBe('live kraken BTC/USD; coinbase ETH/USD');
    expect(sourceOf('news')).toBe('live news');
  });

  test('news alone, and news off, is refused', () => {
    expect(() => sourceOf('news', { NEWS: 'off' })).toThrow(UsageError);
  });

  test('an exchange that is not known is none of the business of news', () => {
    expect(() => sourceOf('trades', { MARKETS: 'nowhere:BTC/USD' })).toThrow(/nowhere/);
    expect(sourceOf('news', { MARKETS: 'nowhere:BTC/USD' })).toBe('live news');
  });
});
