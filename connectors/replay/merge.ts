import type { FileTrade } from '../files/tradeFile.ts';
import type { Feed } from './feed.ts';

/** A trade and the feed that it heads. */
export interface Head {
  readonly feed: Feed;
  readonly trade: FileTrade;
}

/**
 * Many feeds as one, in the order of time, then exchange, symbol and id. Feeds are opened only when the replay has
 * come to their first trade, so that a year of daily files does not take a year's worth of open files.
 */
export class Merge {
  private waiting: readonly Feed[];
  private readonly active: Feed[] = [];
  private readonly begin: (feed: Feed) => Promise<void>;
  private readonly end: (feed: Feed) => Promise<void>;

  private readonly signal: AbortSignal | undefined;

  /** @param begin opens a feed; @param end is called when a feed has no more trades. */
  constructor(
    feeds: readonly Feed[],
    begin: (feed: Feed) => Promise<void>,
    end: (feed: Feed) => Promise<void>,
    signal?: AbortSignal,
  ) {
    this.signal = signal;
    this.waiting = feeds;
    this.begin = begin;
    this.end = end;
  }

  /** To be called once every feed's start is known. */
  order(): void {
    // Of two files without a trade, infinity minus infinity says nothing.
    this.waiting = this.waiting.toSorted((a, b) => a.startMicros - b.startMicros || a.index - b.index);
  }

  /** Feeds that are being read now. */
  get reading(): readonly Feed[] {
    return this.active;
  }

  /** The next head, reading and opening as needed; null at the end, or when the signal has aborted. */
  async next(): Promise<Head | null> {
    for (;;) {
      for (let i = this.active.length - 1; i >= 0; i--) {
        const feed = this.active[i] as Feed;
        while (feed.needsFill && !this.signal?.aborted) await feed.fill();
        if (feed.finished) {
          this.active.splice(i, 1);
          await this.end(feed);
        }
      }
      if (this.signal?.aborted) return null;
      const head = this.first();
      const [waiting] = this.waiting;
      if (waiting === undefined || (head !== null && head.trade.micros < waiting.startMicros)) return head;
      this.waiting = this.waiting.slice(1);
      await this.begin(waiting);
      this.active.push(waiting);
    }
  }

  /** The next head without waiting, or undefined when some feed has to be read or opened first. */
  atHand(): Head | undefined {
    for (const feed of this.active) if (feed.needsFill || feed.finished) return undefined;
    const head = this.first();
    if (head === null || head.trade.micros >= (this.waiting[0]?.startMicros ?? Number.POSITIVE_INFINITY)) {
      return undefined;
    }
    return head;
  }

  private first(): Head | null {
    let found: Head | null = null;
    for (const feed of this.active) {
      const trade = feed.head();
      if (trade !== undefined && (found === null || before(trade, found.trade))) found = { feed, trade };
    }
    return found;
  }
}

function before(a: FileTrade, b: FileTrade): boolean {
  if (a.micros !== b.micros) return a.micros < b.micros;
  if (a.exchange !== b.exchange) return a.exchange < b.exchange;
  if (a.symbol !== b.symbol) return a.symbol < b.symbol;
  if (a.tradeId === null || b.tradeId === null) return a.sequence < b.sequence;
  if (a.tradeId.length !== b.tradeId.length) return a.tradeId.length < b.tradeId.length;
  return a.tradeId < b.tradeId;
}
