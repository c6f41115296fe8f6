import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { describeWithData } from '../test/support/data.ts';
import { UnknownMarket } from './errors.ts';
import { findSymbol, marketOfFileName, marketSymbol } from './symbols.ts';

describe('marketSymbol', () => {
  test.each([
    ['BTC/USD', 'BTC/USD'],
    ['XBT/USD', 'BTC/USD'],
    ['XBTUSD', 'BTC/USD'],
    ['XXBTZUSD', 'BTC/USD'],
    ['XETHXXBT', 'ETH/BTC'],
    ['XDGUSD', 'DOGE/USD'],
    ['XTZUSD', 'XTZ/USD'],
    ['BTC-USD', 'BTC/USD'],
    ['btcusdt', 'BTC/USDT'],
    ['BTCFDUSD', 'BTC/FDUSD'],
    ['btcbusd', 'BTC/BUSD'],
    ['ETHBTC', 'ETH/BTC'],
    ['1INCHUSDT', '1INCH/USDT'],
  ])('%s is %s', (name, symbol) => expect(marketSymbol(name)).toBe(symbol));

  test.each(['', 'USD', 'hello', 'BTC USD', 'a/b/c', 'x'.repeat(100)])('%j is none', (name) => {
    expect(findSymbol(name)).toBeNull();
    expect(() => marketSymbol(name)).toThrow(UnknownMarket);
  });

  test.each([
    ['XBTUSD.csv', { symbol: 'BTC/USD' }],
    ['BTCUSDT-trades-2024-08-08.csv.gz', { symbol: 'BTC/USDT' }],
    ['binance_spot_btcusdt_20240808_trades.csv', { exchange: 'binance', symbol: 'BTC/USDT' }],
    ['coinbase_btcusd_minute_20161007.csv', { exchange: 'coinbase', symbol: 'BTC/USD' }],
    ['XBTUSD_1.csv', { symbol: 'BTC/USD' }],
    ['coinbase-BTC-USD.ndjson', { exchange: 'coinbase', symbol: 'BTC/USD' }],
    ['trades.csv', {}],
  ])('the file name %s says %j', (name, expected) => expect(marketOfFileName(name)).toEqual(expected));
});

describeWithData('Kraken’s own list of pairs', ['messages/flashbook/kraken_assetpairs.json'], (path) => {
  test('every name of a pair is the market that its WebSocket name says', () => {
    const { result } = JSON.parse(readFileSync(path, 'utf8')) as {
      result: Record<string, { altname: string; wsname: string }>;
    };
    for (const [name, { altname, wsname }] of Object.entries(result)) {
      const symbol = wsname.replace('XBT', 'BTC').replace('XDG', 'DOGE');
      expect([name, marketSymbol(name)]).toEqual([name, symbol]);
      expect([altname, marketSymbol(altname)]).toEqual([altname, symbol]);
    }
  });
});
