import type { Clock } from '../../../engine/clock.ts';
import type { Landing } from '../../landing.ts';
import type { NewsScorer } from './scorer.ts';
import type { StoredScores } from './storedScores.ts';

export interface ScoringQueueOptions {
  readonly scorer: NewsScorer;
  /** Takes stories that the scorer cannot score today, or failed at too often. It has to score every story. */
  readonly fallback: NewsScorer;
  readonly landing: Pick<Landing, 'newsScores'>;
  readonly stored: StoredScores;
  /** Base assets that scores are wanted for, as `BTC`. */
  readonly assets: readonly string[];
  readonly clock: Clock;
  /** Stories that may wait; others stay in the table and are taken up from there when there is room. */
  readonly maxQueued?: number;
  /** Stories that are given to the scorer at once. */
  readonly maxTaken?: number;
  /** How often a story is tried before the fallback takes it. */
  readonly attempts?: number;
  /** Pause before a story's second try; doubled before the next. */
  readonly retryMs?: number;
  /** How often the table is searched for stories that nobody has scored. */
  readonly sweepMs?: number;
  /** A story published or seen longer ago is not scored: its score would count as news of now. */
  readonly maxAgeMs?: number;
}

/** What the queue is doing, for people. */
export interface ScoringState {
  readonly model: string;
  /** Stories that wait, and how many of them for another try. */
  readonly queued: number;
  readonly retrying: number;
  /** Stories scored since the start, and how many of them by the fallback. */
  readonly scored: number;
  readonly byFallback: number;
  /** Stories passed over since the start: too old, or already scored. */
  readonly passedOver: number;
  /** Whether stories wait in the table for room in the queue. */
  readonly full: boolean;
  /** What went wrong last, in words; null once a story was scored and stored as it should. */
  readonly problem: string | null;
}
