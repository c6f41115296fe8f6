import type { NewsStory } from '../../landing.ts';

/** What a scorer makes of a story for one asset. */
export interface AssetScore {
  /** One of the assets that were asked for, as `BTC`. */
  readonly asset: string;
  /** -1 (bad for the price) to 1 (good for it). */
  readonly score: number;
  /** 0 to 1: how much the story is about the asset, and how sure the scorer is. */
  readonly confidence: number;
  /** A few words for people. */
  readonly reason: string;
}

/** A story that was read. Without assets it concerns none of them. */
export interface ScoredStory {
  readonly kind: 'scored';
  readonly newsId: string;
  readonly assets: readonly AssetScore[];
}

/** A story that could not be scored now. */
export interface UnscoredStory {
  readonly kind: 'unscored';
  readonly newsId: string;
  /** What happened, in a sentence. */
  readonly reason: string;
  /** When to try again: later with others, later and alone because it may be what spoiled a request, or not today. */
  readonly retry: 'later' | 'alone' | 'never';
}

/** The outcome for one story. */
export type StoryScore = ScoredStory | UnscoredStory;

/** Reads stories and says what they mean for prices. */
export interface NewsScorer {
  /** Which model and which version of its prompt or word list: `gpt-5-mini@1`, `lexicon@1`. */
  readonly model: string;
  /**
   * One outcome for each story, in any order. Rejects only when `signal` aborts.
   *
   * @param assets base assets that scores are wanted for, as `BTC`.
   */
  score(
    stories: readonly NewsStory[],
    assets: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly StoryScore[]>;
}
