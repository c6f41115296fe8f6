import type { Clock } from '../engine/clock.ts';
import { LandingFailed, LimitReached } from './errors.ts';
import type { DeadLetter, Heartbeat, Landing, Trade } from './landing.ts';

export interface WriterOptions {
  readonly landing: Landing;
  readonly clock: Clock;
  /** A batch is landed once it has this many rows. */
  readonly maxBatchRows?: number;
  /** A smaller batch is landed once its oldest row is this old, in milliseconds. */
  readonly maxDelayMs?: number;
  /** Rows that may wait; `write` then waits for room. */
  readonly maxQueuedRows?: number;
  /** How often a batch that failed for a passing reason is tried again, with doubling pauses from 50 ms to 5 s. */
  readonly retries?: number;
}

export interface WriterCounts {
  /** Trades landed, and how many of them were new. */
  readonly trades: number;
  readonly freshTrades: number;
  readonly heartbeats: number;
  readonly deadLetters: number;
  /** Rows waiting now. */
  readonly queued: number;
}

/**
 * Gathers rows into batches and lands them, one batch at a time and in order. A heartbeat lands after every trade
 * that was written before it: it says that the minute is complete.
 *
 * @example
 * const writer = new Writer({ landing, clock });
 * for await (const trade of feed) await writer.write(trade);
 * await writer.close();
 */
export class Writer {
  private readonly options: Required<WriterOptions>;
  private trades: Trade[] = [];
  private heartbeats: { readonly row: Heartbeat; readonly after: number }[] = [];
  private deadLetters: DeadLetter[] = [];
  private pumping: Promise<void> | null = null;
  private hurry = new AbortController();
  /** Trades of the batch that is being landed. */
  private inFlight = 0;
  private flushing = 0;
  private failure: unknown = null;
  private roomWaiters: (() => void)[] = [];
  private readonly landed = { trades: 0, freshTrades: 0, heartbeats: 0, deadLetters: 0 };

  constructor(options: WriterOptions) {
    this.options = { maxBatchRows: 2000, maxDelayMs: 20, maxQueuedRows: 20_000, retries: 10, ...options };
  }

  counts(): WriterCounts {
    return { ...this.landed, queued: this.queued() };
  }

  /** Resolves once the row is queued, which waits while the queue is full; rejects once a batch has failed for good. */
  write(trade: Trade): Promise<void> {
    this.trades.push(trade);
    return this.admitted();
  }

  /** As `write`, for many: a single call may pass the limit by its own length. */
  writeAll(trades: readonly Trade[]): Promise<void> {
    for (const trade of trades) this.trades.push(trade);
    return this.admitted();
  }

  heartbeat(heartbeat: Heartbeat): Promise<void> {
    this.heartbeats.push({ row: heartbeat, after: this.landed.trades + this.inFlight + this.trades.length });
    return this.admitted();
  }

  deadLetter(letter: DeadLetter): Promise<void> {
    this.deadLetters.push(letter);
    return this.admitted();
  }

  /** Lands what is queued without waiting for size or delay; resolves when it is stored. */
  async flush(): Promise<void> {
    this.flushing++;
    try {
      this.hurry.abort();
      while (this.queued() > 0 && this.failure === null) {
        this.start();
        await this.pumping;
      }
      await this.pumping;
    } finally {
      this.flushing--;
    }
    if (this.failure !== null) throw this.failure;
  }

  /** Lands what is queued. The landing stays open: it belongs to the caller. */
  close(): Promise<void> {
    return this.flush();
  }

  private queued(): number {
    return this.trades.length + this.heartbeats.length + this.deadLetters.length;
  }

  private async admitted(): Promise<void> {
    if (this.failure !== null) throw this.failure;
    if (this.queued() > 2 * this.options.maxQueuedRows) {
      throw new LimitReached(
        `${this.queued()} rows wait to be landed, twice the limit of ${this.options.maxQueuedRows}.`,
        'Await each write before the next one, or raise maxQueuedRows.',
      );
    }
    this.start();
    if (this.queued() >= this.options.maxBatchRows) this.hurry.abort();
    while (this.queued() >= this.options.maxQueuedRows && this.failure === null) {
      await new Promise<void>((resolve) => this.roomWaiters.push(resolve));
    }
    if (this.failure !== null) throw this.failure;
  }

  private start(): void {
    this.pumping ??= this.pump().finally(() => {
      this.pumping = null;
      for (const wake of this.roomWaiters.splice(0)) wake();
    });
  }

  private async pump(): Promise<void> {
    try {
      while (this.queued() > 0) {
        if (this.queued() < this.options.maxBatchRows && this.flushing === 0) {
          this.hurry = new AbortController();
          await this.options.clock.sleep(this.options.maxDelayMs, this.hurry.signal);
        }
        await this.landBatch();
        for (const wake of this.roomWaiters.splice(0)) wake();
      }
    } catch (error) {
      this.failure = error;
    }
  }

  private async landBatch(): Promise<void> {
    const { landing, maxBatchRows } = this.options;
    const trades = this.trades.splice(0, maxBatchRows);
    const deadLetters = this.deadLetters.splice(0, maxBatchRows);
    this.inFlight = trades.length;
    this.landed.freshTrades += await this.retrying(() => landing.trades(trades));
    this.landed.trades += trades.length;
    this.inFlight = 0;
    const later = this.heartbeats.findIndex((heartbeat) => heartbeat.after > this.landed.trades);
    const heartbeats = this.heartbeats.splice(0, later < 0 ? maxBatchRows : Math.min(later, maxBatchRows));
    await this.retrying(() => landing.heartbeats(heartbeats.map((heartbeat) => heartbeat.row)));
    this.landed.heartbeats += heartbeats.length;
    await this.retrying(() => landing.deadLetters(deadLetters));
    this.landed.deadLetters += deadLetters.length;
  }

  private async retrying(land: () => Promise<number>): Promise<number> {
    for (let attempt = 0, pause = 50; ; attempt++, pause = Math.min(5000, pause * 2)) {
      try {
        return await land();
      } catch (error) {
        const passing = error instanceof LandingFailed && error.transient;
        if (!passing || attempt >= this.options.retries) throw error;
        await this.options.clock.sleep(pause);
      }
    }
  }
}
