import type { NewsStory } from '../../landing.ts';
import { RecentCache } from './recentCache.ts';
import { ScoreLanding } from './scoreLanding.ts';
import type { StoryScore } from './scorer.ts';
import type { ScoringQueueOptions, ScoringState } from './scoringOptions.ts';
import { type Waiting, WaitingStories } from './waitingStories.ts';

/** Ids that were dealt with in this process: landing may be a topic, whose rows reach the table later. */
const REMEMBERED = 20_000;

/**
 * Scores stories beside the collector, which never waits for it. A story is scored once, by the scorer or by the
 * fallback, and its rows say by which. What a crash interrupts is found in the table at the next start.
 *
 * @example
 * const queue = new ScoringQueue({ scorer, fallback: new LexiconScorer(), landing, stored, assets: ['BTC'], clock });
 * const running = queue.run(signal);
 * queue.add(stories);
 */
export class ScoringQueue {
  private readonly options: Required<ScoringQueueOptions>;
  private readonly waiting: WaitingStories;
  private readonly dealtWith = new RecentCache<true>(REMEMBERED);
  private readonly landing: ScoreLanding;
  private awake = new AbortController();
  private full = false;
  private problem: string | null = null;
  private readonly counted = { scored: 0, byFallback: 0, passedOver: 0 };

  constructor(options: ScoringQueueOptions) {
    this.options = {
      maxQueued: 1000,
      maxTaken: 40,
      attempts: 3,
      retryMs: 30_000,
      sweepMs: 300_000,
      maxAgeMs: 24 * 3_600_000,
      ...options,
    };
    this.waiting = new WaitingStories(this.options.maxQueued);
    this.landing = new ScoreLanding(options.landing, options.clock, (error) =>
      this.tell('Scores could not be stored.', error),
    );
  }

  /** Takes stories that are stored already; returns at once. What does not fit is found in the table later. */
  add(stories: readonly NewsStory[]): void {
    for (const story of stories) this.admit(story);
    this.awake.abort();
  }

  state(): ScoringState {
    return {
      model: this.options.scorer.model,
      queued: this.waiting.size,
      retrying: this.waiting.retrying,
      ...this.counted,
      full: this.full,
      problem: this.problem,
    };
  }

  /** Scores until the signal aborts, then resolves. Failures are told by `state` and tried again. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, sweepMs, maxTaken, maxQueued } = this.options;
    let sweepAt = clock.now();
    while (!signal.aborted) {
      // First of all, for a story added after this is not to be slept through.
      this.awake = new AbortController();
      if (clock.now() >= sweepAt) {
        await this.sweep();
        sweepAt = clock.now() + sweepMs;
      }
      const due = this.waiting.due(clock.now(), maxTaken);
      if (due.length > 0) {
        const done = await this.work(due, signal);
        if (this.full && this.waiting.size <= maxQueued / 2) sweepAt = clock.now();
        if (!done) await clock.sleep(this.options.retryMs, signal);
        continue;
      }
      const until = Math.min(sweepAt, this.waiting.nextDueMs() ?? sweepAt);
      await clock.sleep(Math.max(0, until - clock.now()), AbortSignal.any([signal, this.awake.signal]));
    }
  }

  private admit(story: NewsStory): void {
    if (this.waiting.has(story.id)) return;
    if (this.dealtWith.get(story.id) || this.tooOld(story)) {
      this.dealtWith.set(story.id, true);
      this.counted.passedOver++;
      return;
    }
    if (!this.waiting.add({ story, attempts: 0, dueMs: 0, alone: false })) this.full = true;
  }

  private tooOld(story: NewsStory): boolean {
    const oldest = this.options.clock.now() - this.options.maxAgeMs;
    return Math.min(Date.parse(story.publishedAt ?? story.receivedAt), Date.parse(story.receivedAt)) < oldest;
  }

  /** Takes up what is stored and was never scored. */
  private async sweep(): Promise<void> {
    const { clock, stored, maxAgeMs, maxQueued } = this.options;
    const since = new Date(clock.now() - maxAgeMs).toISOString();
    try {
      const found = await stored.unscored(since, maxQueued);
      // As many as were asked for: there may be more.
      this.full = found.length === maxQueued;
      for (const story of found) if (!this.dealtWith.get(story.id)) this.admit(story);
    } catch (error) {
      this.tell('Stories that wait in the table could not be looked up.', error);
    }
  }

  /** Scores and lands stories. False when the database could not be asked: nothing was done. */
  private async work(due: readonly Waiting[], signal: AbortSignal): Promise<boolean> {
    try {
      const known = await this.options.stored.scored(due.map(({ story }) => story.id));
      for (const id of known) this.finish(id, 'passedOver');
      const open = due.filter(({ story }) => !known.has(story.id));
      if (open.length > 0) await this.score(open, signal);
      return true;
    } catch (error) {
      if (!signal.aborted) this.tell('Scoring was interrupted and goes on by itself.', error);
      return false;
    }
  }

  private async score(open: readonly Waiting[], signal: AbortSignal): Promise<void> {
    const { scorer, fallback, assets } = this.options;
    const stories = open.map(({ story }) => story);
    const outcomes = new Map((await scorer.score(stories, assets, signal)).map((one) => [one.newsId, one]));
    const scored = [...outcomes.values()].filter((outcome) => outcome.kind === 'scored');
    await this.landing.land(scored, scorer.model, signal);
    for (const { newsId } of scored) this.finish(newsId, 'scored');
    if (scored.length === open.length) this.problem = null;

    const failed = open.filter(({ story }) => outcomes.get(story.id)?.kind !== 'scored');
    const lost = failed.filter((waiting) => !this.postponed(waiting, outcomes.get(waiting.story.id)));
    if (lost.length === 0) return;
    const instead = await fallback.score(
      lost.map(({ story }) => story),
      assets,
      signal,
    );
    const byFallback = instead.filter((outcome) => outcome.kind === 'scored');
    await this.landing.land(byFallback, fallback.model, signal);
    for (const { newsId } of byFallback) {
      this.finish(newsId, 'scored');
      this.counted.byFallback++;
    }
  }

  /** Puts a story off for another try; false when it has had its tries, or none would help today. */
  private postponed(waiting: Waiting, outcome: StoryScore | undefined): boolean {
    const { attempts, clock, retryMs } = this.options;
    if (outcome?.kind === 'unscored') this.problem = outcome.reason;
    const tried = waiting.attempts + 1;
    if (tried >= attempts || (outcome?.kind === 'unscored' && outcome.retry === 'never')) return false;
    this.waiting.postpone({
      story: waiting.story,
      attempts: tried,
      dueMs: clock.now() + retryMs * 2 ** waiting.attempts,
      alone: outcome?.kind === 'unscored' && outcome.retry === 'alone',
    });
    return true;
  }

  private finish(id: string, as: 'scored' | 'passedOver'): void {
    this.waiting.remove(id);
    this.dealtWith.set(id, true);
    this.counted[as]++;
  }

  private tell(what: string, error: unknown): void {
    this.problem = `${what} ${error instanceof Error ? error.message : String(error)}`;
  }
}
