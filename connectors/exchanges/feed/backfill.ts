import type { Clock } from '../../../engine/clock.ts';
import { isoOf, MICROS_PER_MINUTE, microsOf } from '../../instant.ts';
import type { Landing } from '../../landing.ts';
import { Writer } from '../../writer.ts';
import type { Exchange } from '../exchange.ts';
import { RestClient } from '../rest/restClient.ts';
import { Completeness } from './completeness.ts';
import { Continuity, type Hole, type Known } from './continuity.ts';
import { HistoryReader, type PastTrade } from './historyReader.ts';
import { walkHole } from './holeWalk.ts';
import type { FeedMemory } from './memory.ts';

/** Stretches of stored trades that are passed over in one market. */
const RANGES = 10_000;

export interface BackfillOptions {
  readonly exchange: Exchange;
  /** As `BTC/USD`; one after the other. */
  readonly symbols: readonly string[];
  /** Milliseconds since the Unix epoch, moved out to whole minutes. The end is not included. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly landing: Landing;
  /** What of it is stored already, of the same database. */
  readonly memory: FeedMemory;
  readonly clock: Clock;
  /** Jitter, 0 to 1. */
  readonly random: () => number;
  /** Instead of the exchange's own REST address. */
  readonly url?: string;
  readonly onProgress?: (progress: BackfillProgress) => void;
  readonly signal?: AbortSignal;
  readonly fetch?: typeof fetch;
}

/** How a backfill stands, after each page. */
export interface BackfillProgress {
  /** The market that is being fetched. */
  readonly symbol: string;
  /** Trades handed to the landing in this run, all markets together. */
  readonly trades: number;
  readonly heartbeats: number;
  /** Ids that the exchange does not have. */
  readonly absent: number;
  /** Share of the time of all markets, 0 to 1. What was stored before counts as done. */
  readonly share: number;
  /** Trades a second since the start of this run. */
  readonly rate: number;
  /** Seconds left, null while that cannot be told. */
  readonly etaSeconds: number | null;
  /** Event time, ISO 8601 in UTC; null before the first trade. */
  readonly at: string | null;
}

/** What a backfill came to. */
export interface BackfillReport {
  readonly trades: number;
  readonly heartbeats: number;
  readonly absent: number;
  /** Markets in which the exchange has no trades of that time. */
  readonly empty: readonly string[];
  /** False when the signal aborted. The same call goes on from there. */
  readonly completed: boolean;
}

/**
 * Fetches past trades into the landing tables. What is stored is passed over, so a backfill may be stopped and repeated.
 * Minutes that are complete get their heartbeat. Nothing is written to the ledger of holes: that is the live feed's.
 * @throws ExchangeRefused, ExchangeUnreachable, BadField, LandingFailed
 */
export async function backfill(options: BackfillOptions): Promise<BackfillReport> {
  const run = new BackfillRun(options);
  return run.all();
}

class BackfillRun {
  private readonly options: BackfillOptions;
  private readonly signal: AbortSignal;
  private readonly client: RestClient;
  private readonly writer: Writer;
  private readonly counts = { trades: 0, heartbeats: 0, absent: 0 };
  private readonly startedMs: number;
  private readonly fromMicros: number;
  private readonly toMicros: number;
  private marketsDone = 0;

  constructor(options: BackfillOptions) {
    const { exchange, clock, random, url, landing, fetch, fromMs, toMs } = options;
    this.options = options;
    this.signal = options.signal ?? new AbortController().signal;
    this.writer = new Writer({ landing, clock });
    this.client = new RestClient({
      exchange,
      clock,
      random,
      intervalMs: exchange.history.requestIntervalMs,
      ...(url === undefined ? {} : { url }),
      ...(fetch === undefined ? {} : { fetch }),
    });
    this.startedMs = clock.now();
    this.fromMicros = Math.floor(fromMs / 60_000) * MICROS_PER_MINUTE;
    this.toMicros = Math.ceil(toMs / 60_000) * MICROS_PER_MINUTE;
  }

  async all(): Promise<BackfillReport> {
    const empty: string[] = [];
    try {
      for (const symbol of this.options.symbols) {
        if (!(await this.market(symbol))) empty.push(symbol);
        this.marketsDone++;
        this.tell(symbol, null);
      }
    } catch (error) {
      if (!this.signal.aborted) throw error;
    } finally {
      await this.writer.close();
    }
    return { ...this.counts, empty, completed: !this.signal.aborted };
  }

  /** False when the exchange has nothing of that time. */
  private async market(symbol: string): Promise<boolean> {
    const { exchange, clock, memory } = this.options;
    const reader = new HistoryReader({
      exchange,
      client: this.client,
      symbol,
      clock,
      signal: this.signal,
    });
    const newest = (await reader.latest()).at(-1);
    if (newest === undefined) return false;
    const start = await reader.firstSince(this.fromMicros, newest);
    if (start === null || start.micros >= this.toMicros) return false;
    const end = await reader.firstSince(this.toMicros, newest);
    const last: Known =
      end === null ? newest : { id: end.id - 1n, micros: Math.min(end.micros, this.toMicros) };
    const range = { fromId: start.id.toString(), toId: last.id.toString() };
    // Without ids that count up by one, what is stored says nothing of what is not.
    const missing = exchange.contiguousIds
      ? await memory.missing(exchange.name, symbol, range, RANGES)
      : [{ ...range, fromTs: null, toTs: null }];
    const holes = missing.map(({ fromId, toId, fromTs, toTs }) => ({
      from: BigInt(fromId),
      to: BigInt(toId),
      fromMicros: fromTs === null ? start.micros : microsOf(fromTs),
      toMicros: toTs === null ? last.micros : microsOf(toTs),
      permanent: false,
    }));
    const known = { first: start, last };
    const continuity = new Continuity({
      known,
      holes,
      contiguous: exchange.contiguousIds,
      maxHoles: 2 * RANGES,
    });
    const completeness = new Completeness();
    completeness.again({ fromMicros: start.micros, toMicros: last.micros - 1 });
    // The minute of the newest trade may not be over.
    completeness.reach(last.micros);
    for (const hole of holes) await this.fill(reader, hole, { continuity, completeness });
    await this.beat(symbol, { continuity, completeness });
    return true;
  }

  private async fill(
    reader: HistoryReader,
    hole: Hole,
    market: { readonly continuity: Continuity; readonly completeness: Completeness },
  ): Promise<void> {
    const { continuity } = market;
    const { absent } = await walkHole({
      reader,
      hole,
      interrupted: () => false,
      take: async (trades: readonly PastTrade[]) => {
        const { fresh } = continuity.accept(trades.map(({ trade }) => trade));
        this.counts.trades += fresh.length;
        await this.writer.writeAll(fresh);
        await this.beat(reader.symbol, market);
        this.tell(reader.symbol, trades.at(-1)?.micros ?? hole.fromMicros);
      },
    });
    for (const { from, to } of absent) this.counts.absent += Number(continuity.giveUp(from, to));
    if (!this.options.exchange.contiguousIds) continuity.forget(hole.from, hole.to);
  }

  private async beat(
    symbol: string,
    { continuity, completeness }: { readonly continuity: Continuity; readonly completeness: Completeness },
  ): Promise<void> {
    for (const micros of completeness.take(continuity.holes)) {
      this.counts.heartbeats++;
      await this.writer.heartbeat({ exchange: this.options.exchange.name, symbol, minute: isoOf(micros) });
    }
  }

  private tell(symbol: string, micros: number | null): void {
    const { symbols, clock, onProgress } = this.options;
    if (onProgress === undefined) return;
    const seconds = (clock.now() - this.startedMs) / 1000;
    const inMarket = micros === null ? 0 : (micros - this.fromMicros) / (this.toMicros - this.fromMicros);
    const share = Math.min(1, (this.marketsDone + inMarket) / symbols.length);
    onProgress({
      symbol,
      ...this.counts,
      share,
      rate: seconds > 0 ? this.counts.trades / seconds : 0,
      etaSeconds: share > 0 && seconds > 0 ? (seconds / share) * (1 - share) : null,
      at: micros === null ? null : isoOf(micros),
    });
  }
}
