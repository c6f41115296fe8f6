import { describe, expect, test } from '@jest/globals';
import { isoOf, MICROS_PER_MINUTE } from '../../../connectors/instant.ts';
import type { Trade, TradeGap } from '../../../connectors/landing.ts';
import { MemoryLanding } from '../../../connectors/memoryLanding.ts';
import { Tape } from '../tape.ts';
import { type Stored, wrongGaps, wrongHeartbeats, wrongLetters, wrongTrades } from './account.ts';
import { Watch, WatchedLanding } from './watchedLanding.ts';

// The judge of a soak must see each thing that can be wrong, else the soak proves nothing.

const START = Date.UTC(2026, 0, 1);

/** A market of ten minutes in which two ids were skipped, and a database that has all of it. */
function perfect(): { readonly tape: Tape; readonly stored: Stored } {
  const symbolOf = (base: string): string => `${base}/USD`;
  const options = {
    seed: 4,
    exchange: 'kraken',
    symbolOf,
    markets: 1,
    tradesPerSecond: 2,
    precisionMicros: 1,
  };
  const tape = new Tape({ ...options, startMs: START });
  tape.advance((START + 150_000) * 1000);
  const [market] = tape.markets;
  if (market === undefined) throw new Error('The tape has no market.');
  const fromId = market.nextId;
  market.toSkip = 2;
  tape.advance((START + 600_000) * 1000);
  tape.rest();
  const trades = market.trades.map((trade) => trade.row);
  const heartbeats = Array.from({ length: 9 }, (_, index) => ({
    exchange: 'kraken',
    symbol: 'BTC/USD',
    minute: isoOf((START + 60_000) * 1000 + index * MICROS_PER_MINUTE),
  }));
  return {
    tape,
    stored: { trades, heartbeats, gaps: [gap(fromId, fromId + 1, 0, 'permanent')], deadLetters: [] },
  };
}

function gap(from: number, to: number, repaired: number, status: TradeGap['status']): TradeGap {
  const at = isoOf(START * 1000);
  return {
    exchange: 'kraken',
    symbol: 'BTC/USD',
    fromId: String(from),
    toId: String(to),
    fromTs: at,
    toTs: at,
    missing: to - from + 1,
    repaired,
    status,
    cause: 'hole in the ids',
    detectedAt: at,
    closedAt: status === 'detected' ? null : at,
  };
}

describe('the account of a soak', () => {
  test('finds nothing wrong with what is right', () => {
    const { tape, stored } = perfect();
    const wrong = [wrongTrades(tape, stored), wrongGaps(tape, stored), wrongHeartbeats(tape, stored)];
    expect(wrong).toEqual([[], [], []]);
    expect(stored.trades.length).toBeGreaterThan(500);
  });

  test('sees a trade that is lost, changed, or made up', () => {
    const { tape, stored } = perfect();
    const [first, second, third, ...rest] = stored.trades as [Trade, Trade, Trade, ...Trade[]];
    const changed = { ...third, price: `${third.price}1` };
    const wrong = wrongTrades(tape, {
      ...stored,
      trades: [first, changed, { ...first, tradeId: '9' }, ...rest],
    });
    // Everything from the made-up first id on is what the feed answers for.
    expect(wrong).toHaveLength(3);
    expect(wrong.join('\n')).toContain(`${second.tradeId} of ${second.ts} did not land`);
    expect(wrongTrades(tape, { ...stored, trades: [] })).toEqual(['no trade of BTC/USD landed']);
  });

  test('sees holes that are open, miscounted or not on record', () => {
    const { tape, stored } = perfect();
    const [right] = stored.gaps as [TradeGap];
    const from = Number(right.fromId);
    const wrongs = (gaps: readonly TradeGap[]): number => wrongGaps(tape, { ...stored, gaps }).length;
    expect(wrongs([])).toBe(2);
    expect(wrongs([gap(from, from + 1, 2, 'repaired')])).toBe(3);
    expect(wrongs([{ ...right, closedAt: null }])).toBe(1);
    expect(wrongs([right, gap(from - 5, from - 4, 1, 'detected')])).toBe(1);
    expect(wrongs([gap(from - 3, from + 1, 3, 'permanent')])).toBe(0);
  });

  test('sees a minute without a heartbeat', () => {
    const { tape, stored } = perfect();
    expect(wrongHeartbeats(tape, { ...stored, heartbeats: stored.heartbeats.slice(1) })).toHaveLength(1);
  });

  test('sees dead letters that are missing, doubled, or of frames that were good', () => {
    const { stored } = perfect();
    const payload = Buffer.from('{"broken');
    const frame = { payload, passedAt: 1000 };
    const letter = { source: 'kraken', place: '1', reason: 'broken', raw: payload, receivedAt: isoOf(0) };
    const wrongs = (...deadLetters: Stored['deadLetters']): number =>
      wrongLetters([frame], { ...stored, deadLetters }, []).length;
    expect(wrongs(letter)).toBe(0);
    expect(wrongs()).toBe(1);
    expect(wrongs(letter, { ...letter, place: '2' })).toBe(1);
    expect(wrongs(letter, { ...letter, raw: Buffer.from('{}') })).toBe(1);
    expect(wrongLetters([{ ...frame, passedAt: null }], stored, [])).toEqual([]);
    expect(wrongLetters([frame], stored, [{ fromMs: 1001, toMs: 1002 }])).toEqual([]);
    expect(wrongLetters([frame], stored, [{ fromMs: 998, toMs: 999 }])).toHaveLength(1);
  });

  test('sees a heartbeat before the last trade of its minute, or before its end', async () => {
    const { tape, stored } = perfect();
    const watch = new Watch(tape);
    const landing = new WatchedLanding(new MemoryLanding(), watch);
    const [beat] = stored.heartbeats;
    if (beat === undefined) throw new Error('There is no heartbeat.');
    await landing.trades(stored.trades.slice(0, 150));
    await landing.heartbeats([beat]);
    expect(watch.wrong).toHaveLength(1);
    await landing.trades(stored.trades);
    await landing.heartbeats([beat]);
    expect(watch.wrong).toHaveLength(1);
    await landing.heartbeats([{ ...beat, minute: isoOf((START + 600_000) * 1000) }]);
    expect(watch.wrong).toHaveLength(2);
    expect(watch.duplicates).toBe(150);
    landing.kill();
    await expect(landing.trades(stored.trades)).rejects.toThrow('dead');
  });
});
