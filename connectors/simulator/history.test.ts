import { expect, test } from '@jest/globals';
import { simulateHistory } from './history.ts';
import { instruments } from './instrument.ts';
import { SimulatedMarket } from './market.ts';

const START = Date.UTC(2024, 0, 1);

function market(): SimulatedMarket {
  return new SimulatedMarket({
    seed: 3,
    startMs: START,
    instruments: instruments(2),
    tradesPerSecond: 5,
    outagesPerDay: 0,
  });
}

test('candles of simulated history say what the ledger and the trades say', () => {
  const source = market();
  const { candles, heartbeats } = simulateHistory(source, START + 3 * 60_000 + 30_000);
  expect(source.position).toBe((START + 3 * 60_000) * 1000);
  expect(heartbeats).toHaveLength(6);
  for (const { symbol, trades, volume } of source.ledger()) {
    const own = candles.filter((candle) => candle.symbol === symbol);
    expect(own.map((candle) => candle.windowStart)).toEqual([
      '2024-01-01T00:00:00.000Z',
      '2024-01-01T00:01:00.000Z',
      '2024-01-01T00:02:00.000Z',
    ]);
    expect(own.reduce((sum, candle) => sum + (candle.trades ?? 0), 0)).toBe(trades);
    expect(own.reduce((sum, candle) => sum + Number(candle.volume), 0)).toBeCloseTo(Number(volume), 6);
  }
  const first = [...market().until(START + 60_000)]
    .flatMap((second) => second.trades)
    .filter((trade) => trade.symbol === 'BTC/USD');
  const prices = first.map((trade) => Number(trade.price));
  expect(candles.find((candle) => candle.symbol === 'BTC/USD')).toMatchObject({
    open: first[0]?.price,
    close: first.at(-1)?.price,
    trades: first.length,
  });
  const candle = candles.find(({ symbol }) => symbol === 'BTC/USD');
  expect([Number(candle?.low), Number(candle?.high)]).toEqual([Math.min(...prices), Math.max(...prices)]);
  expect(Number(candle?.notional)).toBeCloseTo(
    first.reduce((sum, trade) => sum + Number(trade.price) * Number(trade.quantity), 0),
    4,
  );
});

test('in pieces it is the same as in one', () => {
  const [pieces, whole] = [market(), market()];
  const parts = [1, 2, 3].flatMap((minute) => simulateHistory(pieces, START + minute * 60_000).candles);
  expect(parts).toEqual(simulateHistory(whole, START + 3 * 60_000).candles);
});
