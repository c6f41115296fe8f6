import { isoOf } from '../instant.ts';
import { FeedUnreadable, SourceRefused } from './errors.ts';
import { type IntakeOptions, NewsIntake, type Taken } from './intake.ts';
import { firstWaitMs, nextWaitMs } from './pollPlan.ts';
import type { Collected, NewsSource } from './source.ts';
import { type SourceState, SourceTally } from './sourceTally.ts';

export interface NewsFeedOptions extends IntakeOptions {
  readonly sources: readonly NewsSource[];
  readonly random: { uniform(): number };
}

/**
 * Visits the sources, each at its own pace, and lands every story once. The trouble of one source is its own: it is
 * put into words in `state()`, and the others go on.
 *
 * @example
 * const feed = new NewsFeed({ sources, landing, archive, clock: systemClock, random: new Random(seed, 'news') });
 * await feed.run(signal);
 */
export class NewsFeed {
  private readonly options: NewsFeedOptions;
  private readonly intake: NewsIntake;
  private readonly tallies = new Map<string, SourceTally>();

  constructor(options: NewsFeedOptions) {
    this.options = options;
    this.intake = new NewsIntake(options);
    for (const { name } of options.sources) this.tally(name);
  }

  /** Runs until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.options.sources.map((source) => this.follow(source, signal)));
  }

  state(): readonly SourceState[] {
    return [...this.tallies.values()].map((tally) => tally.state());
  }

  /**
   * Lands a batch of a source that is not visited but comes by itself, such as `webhook`.
   * @throws LandingFailed, and then the same batch may be taken again.
   */
  async take(name: string, batch: Pick<Collected, 'stories' | 'unusable'>): Promise<Taken> {
    const tally = this.tally(name);
    try {
      const taken = await this.intake.take(name, batch);
      tally.took(taken);
      tally.succeeded(iso(this.options.clock.now()));
      return taken;
    } catch (error) {
      tally.failed(wordsOf(error));
      throw error;
    }
  }

  private async follow(source: NewsSource, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.options;
    const tally = this.tally(source.name);
    let wait = firstWaitMs(random.uniform());
    while (!signal.aborted) {
      tally.waiting(iso(clock.now() + wait));
      if (!(await clock.sleep(wait, signal))) return;
      tally.waiting(null);
      const askedMs = await this.visit(source, tally, signal);
      const history = { intervalMs: source.intervalMs, failures: tally.failures, askedMs };
      wait = nextWaitMs(history, random.uniform());
    }
  }

  /** Resolves to how long the source asks not to be visited. */
  private async visit(source: NewsSource, tally: SourceTally, signal: AbortSignal): Promise<number> {
    try {
      const collected = await source.collect(signal);
      tally.took(await this.intake.take(source.name, collected));
      collected.stored();
      tally.succeeded(iso(this.options.clock.now()));
      return collected.waitMs;
    } catch (error) {
      if (signal.aborted) return 0;
      // Pages of errors differ each time: one is kept, until the source has worked again.
      if (error instanceof FeedUnreadable && !tally.pageKept) {
        tally.pageKept = await this.intake.keep(source.name, { reason: error.message, raw: error.raw });
      }
      tally.failed(wordsOf(error));
      return error instanceof SourceRefused ? error.waitMs : 0;
    }
  }

  private tally(name: string): SourceTally {
    const tally = this.tallies.get(name) ?? new SourceTally(name);
    this.tallies.set(name, tally);
    return tally;
  }
}

const iso = (ms: number): string => isoOf(ms * 1000);
const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
