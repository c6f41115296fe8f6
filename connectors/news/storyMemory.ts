import type { NewsStory } from '../landing.ts';
import { LEAST_SHARED, sameStory, type TitleWords, titleWords } from './titleWords.ts';

/** Titles that are further apart than this are of different stories, however alike. */
export const TITLE_WINDOW_MS = 48 * 3600 * 1000;

export interface StoryMemoryOptions {
  /** Stories that are remembered, the newest ones. Default 20,000: 48 hours of everything there is, several times. */
  readonly capacity?: number;
}

interface Remembered {
  readonly id: string;
  readonly atMs: number;
  readonly title: TitleWords;
}

/**
 * Knows a story that comes a second time, by its id or by a title that says the same within 48 hours. Bounded: the
 * story that was remembered first is forgotten first.
 */
export class StoryMemory {
  private readonly capacity: number;
  private readonly stories = new Map<string, Remembered>();
  /** By each word of their titles. */
  private readonly byWord = new Map<string, Set<Remembered>>();

  constructor(options: StoryMemoryOptions = {}) {
    this.capacity = options.capacity ?? 20_000;
  }

  get size(): number {
    return this.stories.size;
  }

  /** The id of the remembered story that this one repeats, or null. @param atMs when it came, since the Unix epoch. */
  find(story: NewsStory, atMs: number): string | null {
    if (this.stories.has(story.id)) return story.id;
    const title = titleWords(story.title, story.source);
    for (const other of this.candidates(title.words)) {
      if (Math.abs(other.atMs - atMs) <= TITLE_WINDOW_MS && sameStory(title, other.title)) return other.id;
    }
    return null;
  }

  /** A story that is remembered already keeps its time. */
  add(story: NewsStory, atMs: number): void {
    if (this.stories.has(story.id)) return;
    const remembered = { id: story.id, atMs, title: titleWords(story.title, story.source) };
    this.stories.set(story.id, remembered);
    for (const word of remembered.title.words) {
      const others = this.byWord.get(word);
      if (others === undefined) this.byWord.set(word, new Set([remembered]));
      else others.add(remembered);
    }
    if (this.stories.size > this.capacity) this.forgetOldest();
  }

  /**
   * Every story that can be the same has at least four fifths of the words, so it shares one of any fifth of them and
   * one more; the rarest are the quickest to look through.
   */
  private *candidates(words: ReadonlySet<string>): Generator<Remembered, void> {
    const known = [...words].map((word) => this.byWord.get(word) ?? new Set<Remembered>());
    const needed = Math.floor((1 - LEAST_SHARED) * words.size + 1e-9) + 1;
    for (const stories of known.sort((a, b) => a.size - b.size).slice(0, needed)) yield* stories;
  }

  private forgetOldest(): void {
    const [oldest] = this.stories.values();
    if (oldest === undefined) return;
    this.stories.delete(oldest.id);
    for (const word of oldest.title.words) {
      const others = this.byWord.get(word);
      others?.delete(oldest);
      if (others?.size === 0) this.byWord.delete(word);
    }
  }
}
