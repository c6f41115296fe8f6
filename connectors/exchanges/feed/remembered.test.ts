import { describe, expect, test } from '@jest/globals';
import { ManualClock } from '../../../test/support/manualClock.ts';
import { microsOf } from '../../instant.ts';
import type { Trade, TradeGap } from '../../landing.ts';
import { MemoryLanding } from '../../memoryLanding.ts';
import { LandedMemory } from './landedMemory.ts';
import { type MarketKnowledge, remembered } from './remembered.ts';

// What a crash at a bad moment leaves, and which minutes are said to be complete after it.

const at = (time: string): string => `2026-01-05T09:${time}.000Z`;

function trade(tradeId: number, time: string): Trade {
  const [ts, market] = [at(time), { exchange: 'kraken', symbol: 'BTC/USD' }];
  return { ...market, tradeId: String(tradeId), ts, price: '1', quantity: '1', side: 'buy', receivedAt: ts };
}

function gap(fromId: number, toId: number, fromTime: string, toTime: string): TradeGap {
  return {
    exchange: 'kraken',
    symbol: 'BTC/USD',
    fromId: String(fromId),
    toId: String(toId),
    fromTs: at(fromTime),
    toTs: at(toTime),
    missing: toId - fromId + 1,
    repaired: 0,
    status: 'detected',
    cause: 'downtime',
    detectedAt: at(toTime),
    closedAt: null,
  };
}

async function leftBy(trades: readonly Trade[], gaps: readonly TradeGap[]): Promise<MarketKnowledge> {
  const landing = new MemoryLanding();
  await landing.trades(trades);
  await landing.gaps(gaps);
  return remembered(new LandedMemory(landing), {
    exchange: 'kraken',
    symbol: 'BTC/USD',
    contiguous: true,
    clock: new ManualClock(0),
    store: async () => undefined,
  });
}

/** Minutes of the hour that are complete once every hole is filled and the market is known up to 09:40. */
function minutes({ completeness }: MarketKnowledge): number[] {
  completeness.reach(microsOf(at('40:00')));
  return completeness.take([]).map((micros) => new Date(micros / 1000).getUTCMinutes());
}

describe('remembered', () => {
  test('does not call the minute of the first trade complete, though a hole in it is filled', async () => {
    const known = await leftBy([trade(10, '30:47'), trade(20, '32:05')], [gap(11, 19, '30:47', '32:05')]);
    expect(minutes(known)).toEqual([31, 32, 33, 34, 35, 36, 37, 38, 39]);
  });

  test('calls it complete when the hole is the history before it, which begins with a minute', async () => {
    const known = await leftBy([trade(10, '30:47')], [gap(5, 9, '30:02', '30:47')]);
    expect(minutes(known)).toEqual([30, 31, 32, 33, 34, 35, 36, 37, 38, 39]);
  });

  test('goes on from a hole that was stored before any trade', async () => {
    const known = await leftBy([], [gap(5, 9, '30:02', '33:47')]);
    expect([known.continuity.first?.id, known.continuity.last?.id]).toEqual([5n, 9n]);
    expect(minutes(known)).toEqual([30, 31, 32, 33, 34, 35, 36, 37, 38, 39]);
  });

  test('knows nothing of a market of which nothing is stored', async () => {
    const known = await leftBy([], []);
    expect([known.continuity.last, minutes(known)]).toEqual([null, []]);
  });
});
