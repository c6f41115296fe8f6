import type { Clock } from '../../../engine/clock.ts';
import type { Hole } from './continuity.ts';

/** Less than this is no backlog, in microseconds. */
const SMALL = 120_000_000;

/** How far a feed has come in fetching what it missed. */
export interface BacklogProgress {
  /** Share of the time that was missed, 0 to 1. */
  readonly share: number;
  /** Time that is still missing, in seconds of the exchange. */
  readonly missingSeconds: number;
  /** Trades fetched per second. */
  readonly rate: number;
  /** Null while that cannot be told. */
  readonly etaSeconds: number | null;
}

/** Watches one market's holes shrink. */
export class Backlog {
  private readonly clock: Clock;
  private begun: { readonly atMs: number; readonly fetched: number } | null = null;
  private longest = 0;
  private missing = 0;
  private fetched = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** @param fetched trades that filled holes so far. */
  see(holes: readonly Hole[], fetched: number): void {
    this.fetched = fetched;
    this.missing = holes.reduce(
      (sum, hole) => sum + (hole.permanent ? 0 : hole.toMicros - hole.fromMicros),
      0,
    );
    if (this.missing <= SMALL) {
      this.begun = null;
      this.longest = 0;
      return;
    }
    this.begun ??= { atMs: this.clock.now(), fetched };
    this.longest = Math.max(this.longest, this.missing);
  }

  /** Null when there is none. */
  get progress(): BacklogProgress | null {
    if (this.begun === null) return null;
    const seconds = (this.clock.now() - this.begun.atMs) / 1000;
    const done = this.longest - this.missing;
    return {
      share: done / this.longest,
      missingSeconds: Math.round(this.missing / 1e6),
      rate: seconds > 0 ? (this.fetched - this.begun.fetched) / seconds : 0,
      etaSeconds: done > 0 && seconds > 0 ? (this.missing * seconds) / done : null,
    };
  }
}
