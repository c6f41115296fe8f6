import type { Clock } from '../../../engine/clock.ts';
import { LandingFailed } from '../../errors.ts';
import type { Landing, NewsScore } from '../../landing.ts';
import type { ScoredStory } from './scorer.ts';

/**
 * The asset of the row that says a story was read and concerns none of the assets. Without it such a story would be sent
 * to the model again after every restart. In lower case it is no ticker, so no market has it.
 */
export const NO_ASSET = 'none';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;

/** Stores scores, as known from the moment they are stored; waits for a database that is away. */
export class ScoreLanding {
  private readonly landing: Pick<Landing, 'newsScores'>;
  private readonly clock: Clock;
  private readonly onFailure: (error: unknown) => void;

  constructor(landing: Pick<Landing, 'newsScores'>, clock: Clock, onFailure: (error: unknown) => void) {
    this.landing = landing;
    this.clock = clock;
    this.onFailure = onFailure;
  }

  /** Resolves when the scores are stored. @throws LandingFailed when the same rows would fail again. */
  async land(stories: readonly ScoredStory[], model: string, signal: AbortSignal): Promise<void> {
    if (stories.length === 0) return;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, 2 * pause)) {
      try {
        const scoredAt = new Date(this.clock.now()).toISOString();
        await this.landing.newsScores(stories.flatMap((story) => rowsOf(story, model, scoredAt)));
        return;
      } catch (error) {
        this.onFailure(error);
        if (!(error instanceof LandingFailed && error.transient)) throw error;
        await this.clock.sleep(pause, signal);
        signal.throwIfAborted();
      }
    }
  }
}

function rowsOf(story: ScoredStory, model: string, scoredAt: string): NewsScore[] {
  const none = { asset: NO_ASSET, score: 0, confidence: 0, reason: 'concerns none of the assets' };
  const scores = story.assets.length > 0 ? story.assets : [none];
  return scores.map((score) => ({ newsId: story.newsId, ...score, model, scoredAt }));
}
