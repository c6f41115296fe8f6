import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Clock } from '../../engine/clock.ts';
import { BadOption, LimitReached } from '../errors.ts';
import type { FileLanding } from '../fileLanding.ts';
import { madeUpId } from '../files/sequence.ts';
import { fingerprint } from '../files/source.ts';
import type { FileTrade, TradeFileOptions } from '../files/tradeFile.ts';
import { isoOf, MICROS_PER_MINUTE } from '../instant.ts';
import type { Heartbeat, Trade } from '../landing.ts';
import { Coverage } from './coverage.ts';
import { Feed } from './feed.ts';
import { Merge } from './merge.ts';
import { Pace } from './pace.ts';
import { Meter, type ReplayProgress } from './progress.ts';

export interface ReplayOptions {
  readonly files: readonly TradeFileOptions[];
  readonly landing: FileLanding;
  readonly clock: Clock;
  /** 1 is real time, 10 ten times as fast, `max` as fast as the landing takes it. */
  readonly speed: number | 'max';
  /** `now`: all times are moved by the same whole number of minutes, so that the first trade is of this minute. */
  readonly shiftTo?: 'now';
  /** How long after its end a minute may still get trades, in milliseconds of event time. Default 5,000. */
  readonly latenessMs?: number;
  /** Rows by which a file may be out of order and still be put in order. Default 1,000. */
  readonly reorderRows?: number;
  /** Rows stored in one transaction at full speed. Default 10,000. */
  readonly chunkRows?: number;
  /** Bad rows after which the replay gives up. Default 100,000. */
  readonly maxBadRows?: number;
  /** Read again what earlier runs have stored. */
  readonly again?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ReplayProgress) => void;
}

export interface ReplayReport extends ReplayProgress {
  /** False when the signal ended it; the same call then goes on where it stopped. */
  readonly completed: boolean;
}

const SOURCE = 'replay';

/**
 * Replays files of trades, merged in the order of time, into a landing. Stops and goes on without losing or repeating
 * anything: what was stored and how far each file was read are stored together.
 *
 * @example
 * await replay({ files: [{ path: 'XBTUSD.csv' }], landing, clock: systemClock, speed: 'max' });
 */
export async function replay(options: ReplayOptions): Promise<ReplayReport> {
  if (options.files.length === 0)
    throw new BadOption('There is nothing to replay;', 'name at least one file.');
  if (options.speed !== 'max' && !(options.speed > 0)) {
    throw new BadOption(`The speed ${options.speed} is not allowed;`, "use a number above 0, or 'max'.");
  }
  return new Replay(options).run();
}

class Replay {
  private readonly options: Required<Omit<ReplayOptions, 'signal' | 'shiftTo' | 'onProgress'>> &
    ReplayOptions;
  private readonly meter: Meter;
  private readonly coverage: Coverage;
  private readonly feeds: readonly Feed[];
  private readonly merge: Merge;
  private readonly pace: Pace;
  private readonly shifted: boolean;
  /** Feeds that ended since the last chunk. */
  private readonly finished: Feed[] = [];
  private trades: Trade[] = [];
  private heartbeats: Heartbeat[] = [];
  private storing: Promise<void> = Promise.resolve();
  /** Event time at which the next minutes may be over. */
  private nextBeat = Number.NEGATIVE_INFINITY;
  private badRows = 0;
  private shiftMicros = 0;
  private receivedAt = '';

  constructor(options: ReplayOptions) {
    this.options = {
      latenessMs: 5000,
      reorderRows: 1000,
      chunkRows: 10_000,
      maxBadRows: 100_000,
      again: false,
      ...options,
    };
    const { clock, reorderRows } = this.options;
    this.meter = new Meter(clock, options.onProgress);
    this.coverage = new Coverage(this.options.latenessMs * 1000);
    this.shifted = options.shiftTo === 'now';
    const makeIds = this.shifted;
    this.feeds = options.files.map(
      (file, index) =>
        new Feed(index, file, { clock, reorderRows, makeIds, onBytes: (bytes) => this.meter.read(bytes) }),
    );
    this.merge = new Merge(
      this.feeds,
      (feed) => this.begin(feed),
      (feed) => this.end(feed),
      options.signal,
    );
    this.pace = new Pace(clock, options.speed, this.shifted);
  }

  async run(): Promise<ReplayReport> {
    const { clock, signal } = this.options;
    for (const feed of this.feeds) {
      await feed.probe();
      this.meter.expect((await stat(feed.file.path)).size);
    }
    if (this.shifted) this.shiftMicros = shiftToNow(this.feeds, clock.now() * 1000);
    this.merge.order();
    try {
      await this.deliver();
      const completed = !signal?.aborted;
      if (completed) this.beat(Number.POSITIVE_INFINITY);
      await this.store();
      await this.storing;
      return { ...this.meter.report(), completed };
    } finally {
      await this.storing.catch(() => undefined);
      for (const feed of this.feeds) await feed.close();
    }
  }

  private async deliver(): Promise<void> {
    const { chunkRows, signal } = this.options;
    const { merge, pace } = this;
    this.receivedAt = isoOf(this.options.clock.now() * 1000);
    for (;;) {
      const head = merge.atHand() ?? (await merge.next());
      if (head === null || signal?.aborted) return;
      const micros = head.trade.micros + this.shiftMicros;
      while (!pace.due(micros)) {
        // Time passes for quiet markets too; what is due is stored before waiting for what is not.
        this.beat(Math.min(pace.eventMicros(), micros));
        await this.store();
        if (!(await pace.wait(micros, signal))) return;
        this.receivedAt = isoOf(this.options.clock.now() * 1000);
      }
      head.feed.take();
      this.trades.push(this.tradeOf(head.trade));
      this.heartbeats.push(...this.coverage.see(head.feed.index, head.trade, micros));
      this.beat(micros);
      if (this.trades.length >= chunkRows) await this.store();
    }
  }

  /** Heartbeats of the minutes that are over at this event time. */
  private beat(micros: number): void {
    this.meter.at(micros);
    if (micros < this.nextBeat) return;
    this.heartbeats.push(...this.coverage.advance(micros));
    const lateness = this.options.latenessMs * 1000;
    this.nextBeat = (Math.floor((micros - lateness) / MICROS_PER_MINUTE) + 1) * MICROS_PER_MINUTE + lateness;
  }

  private tradeOf(row: FileTrade): Trade {
    const { shiftMicros } = this;
    const micros = row.micros + shiftMicros;
    const recorded = row.receivedMicros !== null && shiftMicros === 0;
    return {
      exchange: row.exchange,
      symbol: row.symbol,
      // A trade that was moved in time is another trade than the one that may be stored already.
      tradeId: row.tradeId !== null && !this.shifted ? row.tradeId : madeUpId(micros, row.sequence),
      ts: isoOf(micros),
      price: row.price,
      quantity: row.quantity,
      side: row.side,
      receivedAt: recorded ? isoOf(row.receivedMicros) : this.receivedAt,
    };
  }

  private async begin(feed: Feed): Promise<void> {
    if (this.shifted) return feed.begin('', null, () => undefined);
    const { landing, again } = this.options;
    const path = resolve(feed.file.path);
    const { hash } = await fingerprint(path, feed.file);
    const stored = again ? null : await landing.position(SOURCE, path);
    await feed.begin(hash, stored, (trade) => this.coverage.remember(feed.index, trade, trade.micros));
  }

  private async end(feed: Feed): Promise<void> {
    this.coverage.end(feed.index);
    this.finished.push(feed);
    await feed.close();
  }

  /** Stores what has been taken so far, with the files' positions, once what was taken before is stored. */
  private async store(): Promise<void> {
    const { landing, clock } = this.options;
    const { trades, heartbeats } = this;
    const ended = this.finished.splice(0);
    const feeds = [...this.merge.reading, ...ended];
    const deadLetters = feeds.flatMap((feed) => feed.letters.splice(0));
    this.receivedAt = isoOf(clock.now() * 1000);
    if (trades.length + heartbeats.length + deadLetters.length + ended.length === 0) return;
    const positions = this.shifted ? [] : feeds.map((feed) => feed.position(SOURCE, clock.now()));
    this.trades = [];
    this.heartbeats = [];
    await this.storing;
    this.meter.late = this.feeds.reduce((sum, feed) => sum + feed.late, 0);
    this.meter.resumed = this.feeds.reduce((sum, feed) => sum + feed.skipped, 0);
    const chunk = { trades, heartbeats, deadLetters, positions };
    this.storing = landing.chunk(chunk).then((counts) => this.meter.stored(chunk, counts));
    // The next chunk is read while this one is stored; its failure comes out of the next await.
    this.storing.catch(() => undefined);
    await this.checkBadRows(deadLetters.length);
  }

  private async checkBadRows(more: number): Promise<void> {
    const { maxBadRows } = this.options;
    this.badRows += more;
    if (this.badRows <= maxBadRows) return;
    await this.storing;
    throw new LimitReached(
      `More than ${maxBadRows} rows could not be read (see dead_letters).`,
      'Check the layout, or raise maxBadRows.',
    );
  }
}

function shiftToNow(feeds: readonly Feed[], nowMicros: number): number {
  const first = Math.min(...feeds.map((feed) => feed.startMicros));
  if (!Number.isFinite(first)) return 0;
  // Whole minutes: each candle holds the same trades as at its own time.
  return Math.floor((nowMicros - first) / MICROS_PER_MINUTE) * MICROS_PER_MINUTE;
}
