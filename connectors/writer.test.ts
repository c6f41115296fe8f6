import { describe, expect, test } from '@jest/globals';
import { ManualClock } from '../test/support/manualClock.ts';
import { LandingFailed } from './errors.ts';
import type { Landing, Trade } from './landing.ts';
import { MemoryLanding } from './memoryLanding.ts';
import { Writer } from './writer.ts';

const TS = '2024-08-08T23:59:59.000Z';
const trade = (id: number): Trade => ({
  exchange: 'kraken',
  symbol: 'BTC/USD',
  tradeId: String(id),
  ts: TS,
  price: '1',
  quantity: '1',
  side: 'buy',
  receivedAt: TS,
});
const beat = { exchange: 'kraken', symbol: 'BTC/USD', minute: '2024-08-08T23:58:00.000Z' };
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A landing that notes its calls, takes one batch at a time when told to, and fails when told to. */
class Watched implements Landing {
  readonly memory = new MemoryLanding();
  readonly calls: string[] = [];
  readonly failures: Error[] = [];
  private gate: Promise<void> = Promise.resolve();

  hold(): () => void {
    let open = (): void => undefined;
    this.gate = new Promise((resolve) => {
      open = resolve;
    });
    return open;
  }
  async trades(rows: readonly Trade[]): Promise<number> {
    await this.gate;
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    if (rows.length > 0) this.calls.push(`trades ${rows[0]?.tradeId}..${rows.at(-1)?.tradeId}`);
    return this.memory.trades(rows);
  }
  async heartbeats(rows: Parameters<Landing['heartbeats']>[0]): Promise<number> {
    if (rows.length > 0) this.calls.push(`heartbeats ${rows.length}`);
    return this.memory.heartbeats(rows);
  }
  candles = (rows: Parameters<Landing['candles']>[0]): Promise<number> => this.memory.candles(rows);
  deadLetters = (rows: Parameters<Landing['deadLetters']>[0]): Promise<number> =>
    this.memory.deadLetters(rows);
  news = (rows: Parameters<Landing['news']>[0]): Promise<number> => this.memory.news(rows);
  newsScores = (rows: Parameters<Landing['newsScores']>[0]): Promise<number> => this.memory.newsScores(rows);
  gaps = (rows: Parameters<Landing['gaps']>[0]): Promise<number> => this.memory.gaps(rows);
}

describe('Writer', () => {
  test('lands a small batch after the delay and a full one at once', async () => {
    const landing = new Watched();
    const clock = new ManualClock(0);
    const writer = new Writer({ landing, clock, maxBatchRows: 3, maxDelayMs: 20 });
    await writer.write(trade(1));
    await settle();
    expect(landing.calls).toEqual([]);
    clock.wakeNext();
    await settle();
    expect(landing.calls).toEqual(['trades 1..1']);
    await writer.writeAll([trade(2), trade(3), trade(4), trade(4)]);
    await settle();
    expect(landing.calls).toContain('trades 2..4');
    await writer.close();
    expect(writer.counts()).toEqual({ trades: 5, freshTrades: 4, heartbeats: 0, deadLetters: 0, queued: 0 });
  });

  test('holds writers back while the queue is full', async () => {
    const landing = new Watched();
    const open = landing.hold();
    const writer = new Writer({ landing, clock: new ManualClock(0), maxBatchRows: 2, maxQueuedRows: 3 });
    let admitted = 0;
    const feed = (async () => {
      for (let id = 1; id <= 12; id++) {
        await writer.write(trade(id));
        admitted = id;
      }
    })();
    await settle();
    await settle();
    expect(admitted).toBeLessThan(6);
    open();
    await feed;
    await writer.close();
    expect(landing.memory.stored.trades.size).toBe(12);
  });

  test('a heartbeat lands after every trade written before it', async () => {
    const landing = new Watched();
    const writer = new Writer({ landing, clock: new ManualClock(0), maxBatchRows: 2, maxQueuedRows: 100 });
    const writes = [1, 2, 3].map((id) => writer.write(trade(id)));
    writes.push(writer.heartbeat(beat));
    writes.push(writer.write(trade(4)), writer.write(trade(5)));
    await Promise.all(writes);
    await writer.close();
    expect(landing.calls).toEqual(['trades 1..2', 'trades 3..4', 'heartbeats 1', 'trades 5..5']);
  });

  test('tries again after a passing failure and gives up on a lasting one', async () => {
    const landing = new Watched();
    const clock = new ManualClock(0);
    const writer = new Writer({ landing, clock, maxBatchRows: 1 });
    const failed = (transient: boolean): LandingFailed =>
      new LandingFailed('It failed.', 'Try.', { cause: null, transient });
    landing.failures.push(failed(true), failed(true));
    await writer.write(trade(1));
    await clock.runUntil(writer.flush());
    expect(writer.counts().freshTrades).toBe(1);
    landing.failures.push(failed(false));
    await writer.write(trade(2)).catch(() => undefined);
    await expect(clock.runUntil(writer.flush())).rejects.toThrow('It failed.');
    await expect(writer.write(trade(3))).rejects.toThrow('It failed.');
  });
});
