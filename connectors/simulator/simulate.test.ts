import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ManualClock } from '../../test/support/manualClock.ts';
import { microsOf } from '../instant.ts';
import { MemoryLanding } from '../memoryLanding.ts';
import { Arrivals } from './arrivals.ts';
import { instruments } from './instrument.ts';
import { SimulatedMarket } from './market.ts';
import { simulate } from './simulate.ts';

const START = Date.UTC(2024, 0, 1);
const market = (seed: number): SimulatedMarket =>
  new SimulatedMarket({
    seed,
    startMs: START,
    instruments: instruments(2),
    tradesPerSecond: 20,
    outagesPerDay: 0,
  });

describe('Arrivals', () => {
  test('loses nothing, repeats and reorders some, and holds heartbeats until their trades are there', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 5 }), (seed, maxDelaySeconds) => {
        const source = market(seed);
        const line = new Arrivals({ seed, lateShare: 0.1, duplicateShare: 0.1, maxDelaySeconds });
        const sent: string[] = [];
        const came: string[] = [];
        const seen = new Set<string>();
        let complete = 0;
        let broken = 0;
        for (let i = 0; i < 130; i++) {
          const second = source.next();
          sent.push(...second.trades.map((trade) => `${trade.symbol} ${trade.tradeId}`));
          const arrived = line.take(second);
          for (const trade of arrived.trades) {
            const key = `${trade.symbol} ${trade.tradeId}`;
            if (microsOf(trade.ts) < complete && !seen.has(key)) broken++;
            seen.add(key);
            came.push(key);
          }
          for (const beat of arrived.heartbeats) complete = microsOf(beat.minute) + 60e6;
        }
        expect(complete).toBeGreaterThan(0);
        expect(broken).toBe(0);
        came.push(...line.rest().trades.map((trade) => `${trade.symbol} ${trade.tradeId}`));
        expect([...new Set(came)].sort()).toEqual(sent.sort());
        expect(came.length).toBeGreaterThan(sent.length);
      }),
      { numRuns: 10 },
    );
  });
});

describe('simulate', () => {
  test('catches up with history, then goes on in real time, and lands what the ledger says', async () => {
    const clock = new ManualClock(START + 120_000);
    const landing = new MemoryLanding();
    const source = market(4);
    const seen: boolean[] = [];
    const counts = await clock.runUntil(
      simulate({
        market: source,
        arrivals: new Arrivals({ seed: 4, lateShare: 0.05, duplicateShare: 0.05 }),
        landing,
        clock,
        untilMs: START + 180_000,
        onProgress: (progress) => seen.push(progress.live),
      }),
    );
    expect(clock.now()).toBeGreaterThanOrEqual(START + 180_000);
    expect([seen[0], seen.at(-1)]).toEqual([false, true]);
    const generated = source.ledger().reduce((sum, entry) => sum + entry.trades, 0);
    expect(landing.stored.trades.size).toBe(generated);
    expect(counts.freshTrades).toBe(generated);
    expect(counts.trades).toBeGreaterThan(generated);
    expect(landing.stored.heartbeats.size).toBe(6);
  });

  test('stops at once when aborted, with everything landed that was handed over', async () => {
    const clock = new ManualClock(START);
    const landing = new MemoryLanding();
    const abort = new AbortController();
    const run = simulate({
      market: market(1),
      landing,
      clock,
      signal: abort.signal,
      onProgress: ({ at }) => {
        if (at >= '2024-01-01T00:00:05') abort.abort();
      },
    });
    const counts = await clock.runUntil(run);
    expect(landing.stored.trades.size).toBe(counts.trades);
    expect(clock.now()).toBeLessThan(START + 7_000);
  });
});
