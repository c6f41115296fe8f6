import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { microsOf } from '../instant.ts';
import type { Trade } from '../landing.ts';
import { decimalText, instruments } from './instrument.ts';
import { type MarketOptions, SimulatedMarket, type SimulatedSecond } from './market.ts';

const START = Date.UTC(2024, 0, 1);
const options = (changes: Partial<MarketOptions> = {}): MarketOptions => ({
  seed: 7,
  startMs: START,
  instruments: instruments(3),
  tradesPerSecond: 20,
  ...changes,
});
const seconds = (market: SimulatedMarket, count: number): SimulatedSecond[] =>
  Array.from({ length: count }, () => market.next());
const tradesOf = (market: SimulatedMarket, count: number): Trade[] =>
  seconds(market, count).flatMap((second) => second.trades);

describe('SimulatedMarket', () => {
  test('any seed gives the same trades twice, in time order, with contiguous ids, and a ledger that agrees', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 20 }), (seed, count) => {
        const make = (): SimulatedMarket =>
          new SimulatedMarket(options({ seed, instruments: instruments(count) }));
        const market = make();
        const trades = tradesOf(market, 90);
        expect(tradesOf(make(), 90)).toEqual(trades);
        const instants = trades.map((trade) => microsOf(trade.ts));
        expect(instants.toSorted((a, b) => a - b)).toEqual(instants);
        for (const entry of market.ledger()) {
          const ids = trades
            .filter((trade) => trade.symbol === entry.symbol)
            .map((trade) => Number(trade.tradeId));
          expect(ids).toEqual(Array.from({ length: entry.trades }, (_, i) => entry.firstTradeId + i));
          expect(entry.lastTradeId - entry.firstTradeId + 1).toBe(entry.trades);
        }
      }),
      { numRuns: 15 },
    );
  });

  test('writes prices and quantities as positive decimals on their ticks, and says that it is simulated', () => {
    for (const trade of tradesOf(new SimulatedMarket(options({ instruments: instruments(20) })), 120)) {
      expect(trade.exchange).toBe('simulated');
      expect(trade.price).toMatch(/^\d+(\.\d{1,7})?$/);
      expect(Number(trade.price)).toBeGreaterThan(0);
      expect(Number(trade.quantity)).toBeGreaterThan(0);
      expect(trade.ts).toMatch(/^2024-01-01T00:0\d:\d\d\.\d{3}(\d{3})?Z$/);
    }
    expect([decimalText(5, 3), decimalText(615001, 1), decimalText(12, 0)]).toEqual([
      '0.005',
      '61500.1',
      '12',
    ]);
  });

  test('keeps the configured rate on average', () => {
    const market = new SimulatedMarket(options({ tradesPerSecond: 3, outagesPerDay: 0, seed: 3 }));
    let trades = 0;
    for (const second of market.until(START + 43_200_000)) trades += second.trades.length;
    expect(trades / 43_200).toBeGreaterThan(2.6);
    expect(trades / 43_200).toBeLessThan(3.4);
  });

  test('beats once for each complete minute, and neither beats nor trades in an outage', () => {
    const market = new SimulatedMarket(
      options({ startMs: START + 30_000, tradesPerSecond: 2, outagesPerDay: 48 }),
    );
    const all = seconds(market, 6 * 3600);
    const silent = new Set<number>();
    const active = new Set<number>();
    for (const second of all)
      (second.trades.length === 0 ? silent : active).add(Math.floor(second.micros / 60e6));
    const beats = all.flatMap((second) => second.heartbeats).map((beat) => Date.parse(beat.minute) / 60_000);
    expect(beats).not.toContain(START / 60_000);
    expect(new Set(beats).size * 3).toBe(beats.length);
    const dead = [...silent].filter((minute) => !active.has(minute));
    expect(dead.length).toBeGreaterThan(5);
    for (const minute of dead) expect(beats).not.toContain(minute);
    expect(new Set(beats).size).toBeGreaterThan(200);
  });

  test('has the marks of a market: clustered volatility, fat tails, persistent sides, correlated symbols', () => {
    const market = new SimulatedMarket(
      options({ seed: 11, tradesPerSecond: 2, outagesPerDay: 0, instruments: instruments(2) }),
    );
    const all = seconds(market, 86_400);
    const btc = minuteReturns(all, 'BTC/USD');
    const eth = minuteReturns(all, 'ETH/USD');
    expect(correlation(btc, eth)).toBeGreaterThan(0.4);
    const size = btc.map(Math.abs);
    expect(correlation(size.slice(1), size.slice(0, -1))).toBeGreaterThan(0.1);
    const sides = all.flatMap((second) => second.trades).map((trade) => (trade.side === 'buy' ? 1 : -1));
    expect(correlation(sides.slice(50), sides.slice(0, -50))).toBeGreaterThan(0.05);
    const variance = btc.reduce((sum, value) => sum + value ** 2, 0) / btc.length;
    const fourth = btc.reduce((sum, value) => sum + value ** 4, 0) / btc.length;
    expect(fourth / variance ** 2).toBeGreaterThan(3.5);
  });

  test('order flow foretells returns only when a signal is planted', () => {
    const skill = (signal: number): number => {
      const made = new SimulatedMarket(
        options({ seed: 5, tradesPerSecond: 2, signal, outagesPerDay: 0, instruments: instruments(1) }),
      );
      const all = seconds(made, 86_400);
      const returns = minuteReturns(all, 'BTC/USD');
      const flow = minuteFlow(all).slice(0, returns.length);
      return correlation(flow.slice(0, -1), returns.slice(1));
    };
    expect(Math.abs(skill(0))).toBeLessThan(0.08);
    expect(skill(0.5)).toBeGreaterThan(0.15);
  });
});

/** Log returns of the last price of each minute. */
function minuteReturns(all: readonly SimulatedSecond[], symbol: string): number[] {
  const closes: number[] = [];
  for (const second of all) {
    const minute = Math.floor(second.micros / 60e6) - START / 60_000;
    const last = second.trades.findLast((trade) => trade.symbol === symbol);
    if (last !== undefined) closes[minute] = Number(last.price);
    else closes[minute] ??= closes[minute - 1] ?? Number.NaN;
  }
  return closes.slice(1).map((close, i) => Math.log(close / (closes[i] as number)));
}

/** Buys minus sells over all trades of each minute. */
function minuteFlow(all: readonly SimulatedSecond[]): number[] {
  const net: number[] = [];
  const total: number[] = [];
  for (const second of all) {
    const minute = Math.floor(second.micros / 60e6) - START / 60_000;
    for (const trade of second.trades) net[minute] = (net[minute] ?? 0) + (trade.side === 'buy' ? 1 : -1);
    total[minute] = (total[minute] ?? 0) + second.trades.length;
  }
  // The first return is that of the second minute.
  return total.map((count, i) => (count === 0 ? 0 : (net[i] ?? 0) / count)).slice(1);
}

function correlation(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [(x[i] as number) - mx, (y[i] as number) - my];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}
