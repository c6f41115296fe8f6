import type { Taken } from './intake.ts';

/** How a source stands. */
export interface SourceState extends Taken {
  readonly name: string;
  /** ISO 8601 in UTC; null before the first success. */
  readonly lastSuccess: string | null;
  /** What went wrong the last time, in words; null when nothing did. */
  readonly lastError: string | null;
  /** When it is visited next; null while it is visited, and for what comes by itself. */
  readonly nextPoll: string | null;
}

/** Keeps the state of one source. */
export class SourceTally {
  /** Visits in a row that failed. */
  failures = 0;
  /** A page that was no feed is kept already. */
  pageKept = false;
  private readonly name: string;
  private lastSuccess: string | null = null;
  private lastError: string | null = null;
  private nextPoll: string | null = null;
  private counts = { stories: 0, duplicates: 0, unusable: 0 };

  constructor(name: string) {
    this.name = name;
  }

  state(): SourceState {
    const { name, lastSuccess, lastError, nextPoll, counts } = this;
    return { name, lastSuccess, lastError, ...counts, nextPoll };
  }

  waiting(until: string | null): void {
    this.nextPoll = until;
  }

  succeeded(at: string): void {
    this.lastSuccess = at;
    this.lastError = null;
    this.failures = 0;
    this.pageKept = false;
  }

  failed(words: string): void {
    this.lastError = words;
    this.failures++;
  }

  took(taken: Taken): void {
    this.counts = {
      stories: this.counts.stories + taken.stories,
      duplicates: this.counts.duplicates + taken.duplicates,
      unusable: this.counts.unusable + taken.unusable,
    };
  }
}
