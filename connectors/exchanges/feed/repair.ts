import type { Clock } from '../../../engine/clock.ts';
import { MICROS_PER_MINUTE } from '../../instant.ts';
import { Backoff } from '../session/backoff.ts';
import { minuteOf } from './completeness.ts';
import type { Hole, Known } from './continuity.ts';
import { type HistoryReader, isTheExchanges, type PastTrade } from './historyReader.ts';
import { type Absent, walkHole, walkLastMinute } from './holeWalk.ts';

/** Frames that came in the wrong order heal by themselves within this, in milliseconds. */
const GRACE_MS = 1000;
/** Ids that the history does not show are asked for again after this: the history may be behind the socket. */
const CONFIRM_MS = 5000;
/** Pauses while nothing helps grow from one to the other, in milliseconds. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/** The market that is repaired. */
export interface Repairable {
  /** Ascending, without permanent ones. */
  openHoles(): readonly Hole[];
  take(trades: readonly PastTrade[]): Promise<void>;
  /** The exchange does not have these. */
  giveUp(absent: Absent): void;
  /** All that there is of this hole was taken. */
  conclude(hole: Hole): void;
  /** Whether what lies too far back is given up. */
  limited(hole: Hole): boolean;
  /** Gives up what lies before this trade. */
  cutBefore(hole: Hole, start: Known): Promise<void>;
  settle(): Promise<void>;
}

export interface RepairOptions {
  readonly reader: HistoryReader;
  readonly market: Repairable;
  readonly contiguous: boolean;
  readonly clock: Clock;
  readonly random: () => number;
  /** Holes that reach further back than this are cut, in microseconds. */
  readonly furthestMicros: number;
}

interface Attempt {
  retryAt: number;
  readonly backoff: Backoff;
  absentSince: number | null;
}

/** Fills one market's holes from the exchange's history, the newest first, for as long as there are any. */
export class Repair {
  /** Why nothing can be fetched at the moment, for people. */
  trouble: string | null = null;
  private readonly options: RepairOptions;
  private readonly backoff: Backoff;
  /** By the hole's last id, which stays while it is filled from its beginning. */
  private attempts = new Map<bigint, Attempt>();
  private wake = new AbortController();
  private awayUntil = 0;
  private tailMinute = Number.NaN;

  constructor(options: RepairOptions) {
    this.options = options;
    this.backoff = this.newBackoff();
  }

  /** There is a new hole. */
  nudge(): void {
    this.wake.abort();
  }

  /** Until the signal aborts. @throws what landing throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.options;
    while (!signal.aborted) {
      this.wake = new AbortController();
      const hole = this.due()[0];
      if (hole === undefined) {
        await clock.sleep(this.nextAt() - clock.now(), AbortSignal.any([signal, this.wake.signal]));
        continue;
      }
      try {
        await this.attempt(hole);
        this.trouble = null;
        this.backoff.reset();
      } catch (error) {
        if (signal.aborted) return;
        if (!isTheExchanges(error)) throw error;
        this.trouble = error.message;
        this.awayUntil = clock.now() + FIRST_PAUSE_MS + this.backoff.next();
      }
    }
  }

  private async attempt(hole: Hole): Promise<void> {
    const { reader, market, furthestMicros } = this.options;
    if (hole.toMicros - hole.fromMicros > furthestMicros && market.limited(hole)) {
      const since = minuteOf(hole.toMicros - furthestMicros) * MICROS_PER_MINUTE;
      const start = await reader.firstSince(since, { id: hole.to + 1n, micros: hole.toMicros });
      if (start !== null && start.id > hole.from) return market.cutBefore(hole, start);
    }
    const walk = {
      reader,
      hole,
      take: (trades: readonly PastTrade[]) => market.take(trades),
      interrupted: () => (this.due()[0]?.to ?? hole.to) > hole.to,
    };
    const tail = minuteOf(hole.toMicros);
    const long = hole.to - hole.from >= BigInt(reader.pageSize) && minuteOf(hole.fromMicros) < tail;
    if (long && this.tailMinute !== tail) {
      this.tailMinute = tail;
      await walkLastMinute(walk);
      // The rest is a hole of its own now.
      return;
    }
    const { stopped, absent } = await walkHole(walk);
    if (stopped === 'interrupted') return;
    this.judge(hole, absent, stopped === 'behind');
    await market.settle();
  }

  /** What is still missing of a hole after its walk: not there, or not there yet. */
  private judge(hole: Hole, absent: readonly Absent[], behind: boolean): void {
    const { market, clock, contiguous } = this.options;
    if (!contiguous && !behind) {
      market.conclude(hole);
      return;
    }
    const now = clock.now();
    for (const rest of market.openHoles().filter(({ from, to }) => from >= hole.from && to <= hole.to)) {
      const attempt = this.attemptOf(rest);
      const isAbsent = absent.some(({ from, to }) => from <= rest.from && rest.to <= to);
      if (!isAbsent) {
        attempt.absentSince = null;
        attempt.retryAt = now + FIRST_PAUSE_MS + attempt.backoff.next();
      } else if (attempt.absentSince !== null && now - attempt.absentSince >= CONFIRM_MS) {
        market.giveUp(rest);
      } else {
        attempt.absentSince ??= now;
        attempt.retryAt = attempt.absentSince + CONFIRM_MS;
      }
    }
  }

  /** Holes that it is time for, the newest first. */
  private due(): readonly Hole[] {
    const now = this.options.clock.now();
    const holes = this.options.market.openHoles();
    if (this.attempts.size > 2 * holes.length) this.forgetAttempts(holes);
    if (now < this.awayUntil) return [];
    return holes.filter((hole) => this.attemptOf(hole).retryAt <= now).reverse();
  }

  private forgetAttempts(holes: readonly Hole[]): void {
    const open = new Set(holes.map(({ to }) => to));
    this.attempts = new Map([...this.attempts].filter(([to]) => open.has(to)));
  }

  private nextAt(): number {
    const times = this.options.market.openHoles().map((hole) => this.attemptOf(hole).retryAt);
    const next = Math.max(this.awayUntil, Math.min(...times, Number.POSITIVE_INFINITY));
    // Timers cannot be set for ever.
    return Math.min(next, this.options.clock.now() + 3_600_000);
  }

  private attemptOf(hole: Hole): Attempt {
    const found = this.attempts.get(hole.to);
    if (found !== undefined) return found;
    const fresh = {
      retryAt: this.options.clock.now() + GRACE_MS,
      backoff: this.newBackoff(),
      absentSince: null,
    };
    this.attempts.set(hole.to, fresh);
    return fresh;
  }

  private newBackoff(): Backoff {
    return new Backoff({ baseMs: FIRST_PAUSE_MS, capMs: LONGEST_PAUSE_MS, random: this.options.random });
  }
}
