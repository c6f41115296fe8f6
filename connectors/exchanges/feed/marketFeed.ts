import type { Clock } from '../../../engine/clock.ts';
import { isoOf, MICROS_PER_MINUTE, MICROS_PER_SECOND } from '../../instant.ts';
import type { Trade, TradeGap } from '../../landing.ts';
import type { Writer } from '../../writer.ts';
import type { Exchange } from '../exchange.ts';
import type { RestClient } from '../rest/restClient.ts';
import { Backlog } from './backlog.ts';
import { Beginning } from './beginning.ts';
import type { Accepted, Hole, Known } from './continuity.ts';
import type { ExchangeTime } from './exchangeTime.ts';
import { HistoryReader, isTheExchanges, type PastTrade } from './historyReader.ts';
import type { Absent } from './holeWalk.ts';
import { knowledgeOf, type MarketReport } from './marketReport.ts';
import type { FeedMemory } from './memory.ts';
import { type MarketKnowledge, nextMinute, remembered } from './remembered.ts';
import { Repair, type Repairable } from './repair.ts';

/** Trades may come so much later than a message that tells a later time, in microseconds. */
const LATENESS = 5 * MICROS_PER_SECOND;
/** What is older than this is taken to be in the REST history, in microseconds. */
const REST_LAG = 20 * MICROS_PER_SECOND;
/** What the exchange says to have is waited for so long before it counts as missing, in milliseconds. */
const GRACE_MS = 1000;
/** What all markets of a feed share. */
export interface MarketDeps {
  readonly exchange: Exchange;
  readonly client: RestClient;
  readonly writer: Writer;
  readonly memory: FeedMemory;
  readonly clock: Clock;
  readonly random: () => number;
  readonly time: ExchangeTime;
  /** Stores rows of the ledger. */
  readonly storeGaps: (rows: readonly TradeGap[]) => Promise<void>;
  readonly historyHours: number;
  readonly resumeHours: number;
  /** Something that a market did by itself failed for good. */
  readonly failed: (error: unknown) => void;
}

/**
 * One market: what is known of it, what is missing, and what is complete. Trades come from the line and from the
 * history alike and are put in one after the other.
 */
export class MarketFeed implements Repairable {
  readonly symbol: string;
  readonly counts = { fresh: 0, duplicates: 0 };
  private readonly deps: MarketDeps;
  private readonly known: MarketKnowledge;
  private readonly reader: HistoryReader;
  private readonly repair: Repair;
  private readonly beginning: Beginning;
  private readonly backlog: Backlog;
  private readonly stop: AbortSignal;
  private tail: Promise<unknown> = Promise.resolve();
  private settling: Promise<void> = Promise.resolve();
  private cause: string;
  private announced = false;

  /** @param stop ends what the market does by itself. */
  static async open(deps: MarketDeps, symbol: string, stop: AbortSignal): Promise<MarketFeed> {
    const known = await remembered(deps.memory, {
      exchange: deps.exchange.name,
      symbol,
      contiguous: deps.exchange.contiguousIds,
      clock: deps.clock,
      store: deps.storeGaps,
    });
    return new MarketFeed(deps, symbol, known, stop);
  }

  private constructor(deps: MarketDeps, symbol: string, known: MarketKnowledge, stop: AbortSignal) {
    const { exchange, client, clock, random, historyHours, resumeHours } = deps;
    this.deps = deps;
    this.symbol = symbol;
    this.known = known;
    this.stop = stop;
    this.backlog = new Backlog(clock);
    const isNew = known.continuity.last === null;
    this.cause = isNew ? 'start' : 'downtime';
    this.reader = new HistoryReader({ exchange, client, symbol, clock, signal: stop });
    this.repair = new Repair({
      reader: this.reader,
      market: this,
      contiguous: exchange.contiguousIds,
      clock,
      random,
      furthestMicros: resumeHours * 60 * MICROS_PER_MINUTE,
    });
    this.beginning = new Beginning({
      reader: this.reader,
      clock,
      historyHours,
      isNew,
      known: () => known.continuity,
      take: (trades) => this.take(trades),
      openBefore: (start) => this.openBefore(start),
    });
    known.continuity.breakLine();
  }

  /** Fetches what is missing until stopped. @throws what landing throws. */
  async run(): Promise<void> {
    await Promise.all([this.repair.run(this.stop), this.beginning.run(this.stop)]);
    await this.settle();
  }

  /** Trades that came over the line. */
  async live(trades: readonly Trade[]): Promise<void> {
    await this.exclusively(() => this.intake(trades, this.cause));
    this.cause = 'hole in the ids';
  }

  /** The line that brought the market is down. */
  lineDown(): void {
    if (this.known.continuity.last === null) return;
    this.cause = this.cause === 'downtime' ? this.cause : 'reconnect';
    this.known.continuity.breakLine();
  }

  /** The exchange says that this is the market's newest trade. */
  async newest(id: bigint, exchangeMicros: number): Promise<void> {
    const { last } = this.known.continuity;
    if (last === null) return;
    if (id > last.id) return this.announce({ id, micros: exchangeMicros });
    this.known.completeness.reach(exchangeMicros - LATENESS);
    await this.exclusively(() => this.beat());
  }

  /** Whether only the history can tell that the last minute is complete: nothing has come for a while. */
  get quiet(): boolean {
    const { continuity, completeness } = this.known;
    const { awaited } = completeness;
    const now = this.deps.time.now(this.deps.clock.now() * 1000);
    if (awaited === null || now === null || continuity.last === null) return false;
    return completeness.to < awaited && awaited <= now - REST_LAG && this.openHoles().length === 0;
  }

  /** Asks the history whether a quiet market is really quiet. @throws what landing throws. */
  async check(): Promise<void> {
    const { continuity, completeness } = this.known;
    const { last } = continuity;
    const now = this.deps.time.now(this.deps.clock.now() * 1000);
    if (last === null || now === null) return;
    const page = await this.reader
      .from({ tradeId: last.id.toString(), micros: last.micros })
      .catch((error: unknown) => {
        if (isTheExchanges(error) || this.stop.aborted) return [];
        throw error;
      });
    const newest = page.at(-1);
    await this.exclusively(async () => {
      if (newest !== undefined && newest.id > (continuity.last?.id ?? 0n)) return this.announce(newest);
      if (page.some(({ id }) => id === last.id)) completeness.reach(now - REST_LAG);
      return this.beat();
    });
  }

  openHoles(): readonly Hole[] {
    return this.known.continuity.holes.filter((hole) => !hole.permanent);
  }

  take(trades: readonly PastTrade[]): Promise<void> {
    return this.exclusively(() =>
      this.intake(
        trades.map(({ trade }) => trade),
        'hole in the ids',
      ),
    );
  }

  giveUp({ from, to }: Absent): void {
    this.known.ledger.giveUp(from, this.known.continuity.giveUp(from, to));
  }

  conclude(hole: Hole): void {
    this.known.continuity.forget(hole.from, hole.to);
    this.known.ledger.conclude(hole.from);
  }

  limited(hole: Hole): boolean {
    return this.known.ledger.causeOf(hole.from) !== 'start';
  }

  cutBefore(hole: Hole, start: Known): Promise<void> {
    const { continuity, ledger, completeness } = this.known;
    return this.exclusively(async () => {
      const absent = continuity.giveUp(hole.from, start.id - 1n, start.micros);
      completeness.never(hole.fromMicros, start.micros);
      await ledger.cutBefore(start.id, start.micros, absent);
      this.backlog.see(continuity.holes, ledger.counts.repaired);
    });
  }

  /** Stores what the ledger has to say, after the trades and heartbeats that it speaks of. */
  settle(): Promise<void> {
    const { ledger } = this.known;
    this.settling = this.settling.then(async () => {
      if (!ledger.dirty) return;
      await this.exclusively(() => this.beat());
      await ledger.settle(() => this.deps.writer.flush());
    });
    return this.settling;
  }

  /** Where the market stands. */
  report(): MarketReport {
    return {
      ...knowledgeOf(this.known),
      counts: { ...this.counts, ...this.known.ledger.counts },
      backlog: this.backlog.progress,
      trouble: this.repair.trouble ?? this.beginning.trouble,
    };
  }

  private async intake(trades: readonly Trade[], cause: string): Promise<void> {
    const { continuity, ledger, completeness } = this.known;
    const isFirst = continuity.last === null;
    const accepted = continuity.accept(trades);
    const handed = this.handOver(accepted, cause);
    if (accepted.opened.length > 0) await handed;
    ledger.fill(accepted.filled);
    this.counts.fresh += accepted.fresh.length;
    this.counts.duplicates += accepted.duplicates;
    if (isFirst && continuity.first !== null) completeness.from(nextMinute(continuity.first.micros));
    if (continuity.last !== null) completeness.reach(continuity.last.micros);
    if (accepted.opened.length + accepted.filled.length > 0) {
      this.backlog.see(continuity.holes, ledger.counts.repaired);
    }
    await handed;
    await this.beat();
    if (accepted.opened.length > 0) this.repair.nudge();
    if (ledger.closing) this.settleSoon();
    this.beginning.nudge();
  }

  /**
   * Hands trades to the writer. A crash must not hide a hole, nor a trade before it: the row, from which an earlier run
   * is known to have come so far, is stored after every trade before the hole and before any behind it.
   */
  private async handOver({ fresh, opened }: Accepted, cause: string): Promise<void> {
    const { writer } = this.deps;
    let rest = fresh;
    for (const hole of opened) {
      const before = rest.findIndex(({ tradeId }) => BigInt(tradeId) > hole.to);
      await writer.writeAll(before < 0 ? rest : rest.slice(0, before));
      rest = before < 0 ? [] : rest.slice(before);
      await writer.flush();
      await this.known.ledger.detect(hole, cause);
    }
    await writer.writeAll(rest);
  }

  /** Hands the heartbeats of complete minutes to the writer, behind the trades that are there. */
  private async beat(): Promise<void> {
    const { continuity, completeness } = this.known;
    for (const micros of completeness.take(continuity.holes)) {
      const { exchange, writer } = this.deps;
      await writer.heartbeat({ exchange: exchange.name, symbol: this.symbol, minute: isoOf(micros) });
    }
  }

  private settleSoon(): void {
    this.settle().catch(this.deps.failed);
  }

  /** Waits a moment for the trade that the exchange has announced, for it may be on its way; then it is missing. */
  private announce(newest: Known): void {
    if (this.announced) return;
    this.announced = true;
    void this.deps.clock
      .sleep(GRACE_MS, this.stop)
      .then(async (waited) => {
        this.announced = false;
        if (waited) await this.exclusively(() => this.miss(newest));
      })
      .catch(this.deps.failed);
  }

  /** The exchange has this trade; what is not here up to it is missing. */
  private async miss(newest: Known): Promise<void> {
    // As in `handOver`.
    await this.deps.writer.flush();
    const hole = this.known.continuity.announce(newest);
    if (hole === null) return;
    await this.known.ledger.detect(hole, this.cause);
    this.backlog.see(this.known.continuity.holes, this.known.ledger.counts.repaired);
    this.repair.nudge();
  }

  /** History is wanted from this trade on. */
  private async openBefore(start: Known): Promise<void> {
    const { continuity, completeness, ledger } = this.known;
    await this.exclusively(async () => {
      const hole = continuity.openBefore(start);
      if (hole === null) return;
      await ledger.detect(hole, 'start');
      completeness.again(hole);
      this.backlog.see(continuity.holes, ledger.counts.repaired);
    });
    this.repair.nudge();
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.tail.then(work);
    this.tail = turn.catch(() => undefined);
    return turn;
  }
}
