import { describe, expect, test } from '@jest/globals';
import { FakeMarket, type FakeMarketOptions } from '../../../test/support/fakeMarket.ts';
import { ManualClock } from '../../../test/support/manualClock.ts';
import { MemoryLanding } from '../../memoryLanding.ts';
import { type BackfillOptions, type BackfillProgress, type BackfillReport, backfill } from './backfill.ts';
import { LandedMemory } from './landedMemory.ts';

const at = (time: string): number => Date.parse(`2026-01-05T${time}.000Z`);

/** A trade a second from 11:50:00 on, ids from 1 on. */
function bench(options: FakeMarketOptions = {}) {
  const market = new FakeMarket({ pageSize: 100, ...options });
  market.make(1, 900, '2026-01-05T11:50:00.000Z');
  const landing = new MemoryLanding();
  const progress: BackfillProgress[] = [];
  const run = (more: Partial<BackfillOptions> = {}): Promise<BackfillReport> => {
    const clock = new ManualClock(at('12:30:00'));
    return clock.runUntil(
      backfill({
        exchange: market.exchange,
        symbols: ['BTC/USD'],
        fromMs: at('11:52:00'),
        toMs: at('12:02:00'),
        landing,
        memory: new LandedMemory(landing),
        clock,
        random: () => 0.5,
        onProgress: (one) => progress.push(one),
        fetch: market.fetch,
        ...more,
      }),
    );
  };
  const ids = (): number[] => [...landing.stored.trades.values()].map(({ tradeId }) => Number(tradeId));
  const minutes = (): string[] =>
    [...landing.stored.heartbeats.values()].map(({ minute }) => minute.slice(11, 16)).sort();
  return { market, landing, progress, run, ids, minutes };
}
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
const MINUTES = [...range(52, 59).map((minute) => `11:${minute}`), '12:00', '12:01'];

describe.each(['time', 'id'] as const)('past trades by %s', (addressedBy) => {
  test('are fetched from one minute to another, with the heartbeats of the minutes', async () => {
    const { run, ids, minutes, progress } = bench({ addressedBy });
    expect(await run()).toEqual({ trades: 600, heartbeats: 10, absent: 0, empty: [], completed: true });
    expect(ids()).toEqual(range(121, 720));
    expect(minutes()).toEqual(MINUTES);
    const shares = progress.map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  test('that are stored are passed over, and a run that was stopped goes on', async () => {
    const { run, ids, minutes, market } = bench({ addressedBy });
    const stop = new AbortController();
    const stopped = await run({ signal: stop.signal, onProgress: () => stop.abort() });
    expect(stopped.completed).toBe(false);
    expect(stopped.trades).toBeGreaterThan(0);
    expect(stopped.trades).toBeLessThan(600);
    expect((await run()).trades).toBe(600 - stopped.trades);
    expect(ids().sort((a, b) => a - b)).toEqual(range(121, 720));
    expect(minutes()).toEqual(MINUTES);
    market.requests.length = 0;
    expect((await run()).trades).toBe(0);
    // The newest page, and where the two minutes begin.
    expect(market.requests.length).toBeLessThan(10);
  });

  test('that were never made are counted, and their minutes are complete all the same', async () => {
    const { run, market, minutes } = bench({ addressedBy });
    market.trades = market.trades.filter(({ tradeId }) => Number(tradeId) < 300 || Number(tradeId) > 450);
    expect(await run()).toMatchObject({ trades: 600 - 151, absent: 151, heartbeats: 10 });
    expect(minutes()).toEqual(MINUTES);
  });

  test('end with the newest, whose minute is not claimed', async () => {
    const { run, ids, minutes } = bench({ addressedBy });
    expect(await run({ toMs: at('13:00:00') })).toMatchObject({ trades: 780 });
    expect(ids()).toEqual(range(121, 900));
    expect(minutes().at(-1)).toBe('12:03');
  });
});

test('a market that did not trade then is told', async () => {
  const { run } = bench();
  expect(await run({ fromMs: at('10:00:00'), toMs: at('11:00:00') })).toMatchObject({
    trades: 0,
    empty: ['BTC/USD'],
  });
});

test('an exchange that stays away ends it, with what was fetched stored', async () => {
  const { run, market, ids } = bench();
  let requests = 0;
  const fetchSome: typeof fetch = (input) => {
    if (++requests > 5) market.broken = () => new Response('', { status: 500 });
    return market.fetch(input);
  };
  await expect(run({ fetch: fetchSome })).rejects.toThrow('500');
  expect(ids().length).toBeGreaterThan(0);
});
