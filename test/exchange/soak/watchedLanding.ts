import type { Chunk, ChunkCounts, FileLanding, FilePosition } from '../../../connectors/fileLanding.ts';
import { isoOf, MICROS_PER_MINUTE, microsOf } from '../../../connectors/instant.ts';
import type {
  DeadLetter,
  Heartbeat,
  ImportedCandle,
  NewsScore,
  NewsStory,
  Trade,
  TradeGap,
} from '../../../connectors/landing.ts';
import type { Tape } from '../tape.ts';

/** From the kill until nothing of that feed is left, milliseconds since the Unix epoch by the clock of the soak. */
export interface Death {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What was landed during a soak, through all lives of the feed. */
export class Watch {
  /** Ids that are stored, by market. */
  readonly landed = new Map<string, Set<number>>();
  /** What should not have happened, as sentences: heartbeats that were written too early, a feed that ended. */
  readonly wrong: string[] = [];
  readonly deaths: Death[] = [];
  /** Trades that came again, to the feed or to the database. */
  duplicates = 0;
  candles = 0;
  private readonly tape: Tape;

  constructor(tape: Tape) {
    this.tape = tape;
  }

  noteTrades(rows: readonly Trade[], fresh: number): void {
    this.duplicates += rows.length - fresh;
    for (const { symbol, tradeId } of rows) this.idsOf(symbol).add(Number(tradeId));
  }

  /** Called before heartbeats are stored: at that moment all trades of their minutes must be. */
  checkHeartbeats(rows: readonly Heartbeat[]): void {
    for (const { symbol, minute } of rows) {
      const market = this.tape.find(symbol);
      const start = microsOf(minute);
      const end = start + MICROS_PER_MINUTE;
      if (this.tape.position < end) {
        this.wrong.push(`${symbol} ${minute} is not over: the exchange is at ${isoOf(this.tape.position)}`);
      }
      const made = market?.trades.slice(market.indexAt(start), market.indexAt(end)) ?? [];
      const lacking = made.filter((trade) => !this.idsOf(symbol).has(trade.id));
      if (lacking.length > 0) {
        const ids = lacking.map((trade) => trade.id).slice(0, 5);
        this.wrong.push(
          `${symbol} ${minute} lacks ${lacking.length} of ${made.length} trades: ${ids.join(', ')}`,
        );
      }
    }
  }

  idsOf(symbol: string): Set<number> {
    const found = this.landed.get(symbol) ?? new Set<number>();
    this.landed.set(symbol, found);
    return found;
  }
}

/**
 * A landing for one life of a feed: it is watched, and it can be killed, after which nothing more gets through, as
 * when the process dies. What was on its way to the database then may still arrive.
 */
export class WatchedLanding implements FileLanding {
  private readonly inner: FileLanding;
  private readonly watch: Watch;
  private readonly delay: () => Promise<unknown>;
  private dead = false;

  /** @param delay how long the database takes for trades: a slow one has more in hand when its writer is killed. */
  constructor(inner: FileLanding, watch: Watch, delay: () => Promise<unknown> = async () => undefined) {
    this.inner = inner;
    this.watch = watch;
    this.delay = delay;
  }

  kill(): void {
    this.dead = true;
  }

  async trades(rows: readonly Trade[]): Promise<number> {
    this.mustLive();
    await this.delay();
    this.mustLive();
    const fresh = await this.inner.trades(rows);
    this.watch.noteTrades(rows, fresh);
    return fresh;
  }

  async heartbeats(rows: readonly Heartbeat[]): Promise<number> {
    this.mustLive();
    this.watch.checkHeartbeats(rows);
    return this.inner.heartbeats(rows);
  }

  async candles(rows: readonly ImportedCandle[]): Promise<number> {
    this.mustLive();
    this.watch.candles += rows.length;
    return this.inner.candles(rows);
  }

  async deadLetters(rows: readonly DeadLetter[]): Promise<number> {
    this.mustLive();
    return this.inner.deadLetters(rows);
  }

  async news(rows: readonly NewsStory[]): Promise<number> {
    this.mustLive();
    return this.inner.news(rows);
  }

  async newsScores(rows: readonly NewsScore[]): Promise<number> {
    this.mustLive();
    return this.inner.newsScores(rows);
  }

  async gaps(rows: readonly TradeGap[]): Promise<number> {
    this.mustLive();
    return this.inner.gaps(rows);
  }

  /** One transaction: its trades are there when its heartbeats are. */
  async chunk(chunk: Chunk): Promise<ChunkCounts> {
    this.mustLive();
    const counts = await this.inner.chunk(chunk);
    this.watch.noteTrades(chunk.trades ?? [], counts.trades);
    this.watch.checkHeartbeats(chunk.heartbeats ?? []);
    return counts;
  }

  async position(source: string, path: string): Promise<FilePosition | null> {
    this.mustLive();
    return this.inner.position(source, path);
  }

  private mustLive(): void {
    if (this.dead) throw new Error('The process is dead.');
  }
}
