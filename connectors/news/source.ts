import type { NewsStory } from '../landing.ts';

/** An item that cannot be a story, kept whole. */
export interface UnusableItem {
  /** The field, the value and what was expected. */
  readonly reason: string;
  /** The bytes as they arrived, or for an item of a feed the fields that the parser found. */
  readonly raw: Uint8Array;
}

/** What a source had to say in one visit. */
export interface Collected {
  /** As the source orders them; most of them are known already. */
  readonly stories: readonly NewsStory[];
  readonly unusable: readonly UnusableItem[];
  /** How long the source asks not to be visited again, in milliseconds; 0 when it does not say. */
  readonly waitMs: number;
  /** To be called once all of it is stored: only then may the source leave it out of the next visit. */
  stored(): void;
}

/** Where news comes from: a feed, an API. */
export interface NewsSource {
  /** Unique among the sources, for people: `CoinDesk`, `cryptopanic`. */
  readonly name: string;
  /** Shortest time between two visits, in milliseconds. */
  readonly intervalMs: number;
  /**
   * Visits the source once.
   * @throws SourceRefused, SourceUnreachable, FeedUnreadable, LimitReached; and nothing else, whatever comes.
   */
  collect(signal: AbortSignal): Promise<Collected>;
}
