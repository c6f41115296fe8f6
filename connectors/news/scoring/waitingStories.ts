import type { NewsStory } from '../../landing.ts';

/** A story that waits for its turn. */
export interface Waiting {
  readonly story: NewsStory;
  /** How often it was tried in vain. */
  readonly attempts: number;
  /** Not before this time. */
  readonly dueMs: number;
  /** It may be what spoiled the request that it was in. */
  readonly alone: boolean;
}

/** Stories that wait to be scored, within a limit, each once. */
export class WaitingStories {
  private readonly limit: number;
  private readonly stories = new Map<string, Waiting>();

  constructor(limit: number) {
    this.limit = limit;
  }

  get size(): number {
    return this.stories.size;
  }

  /** How many wait for another try. */
  get retrying(): number {
    return [...this.stories.values()].filter((waiting) => waiting.attempts > 0).length;
  }

  has(id: string): boolean {
    return this.stories.has(id);
  }

  /** False when there is no room. */
  add(waiting: Waiting): boolean {
    if (this.stories.size >= this.limit) return false;
    this.stories.set(waiting.story.id, waiting);
    return true;
  }

  /** Those whose turn it is: as many as may go together, else one that has to go alone. */
  due(nowMs: number, most: number): Waiting[] {
    const due = [...this.stories.values()].filter((waiting) => waiting.dueMs <= nowMs);
    const together = due.filter((waiting) => !waiting.alone).slice(0, most);
    return together.length > 0 ? together : due.slice(0, 1);
  }

  /** When the next one is due; null when none waits. */
  nextDueMs(): number | null {
    const times = [...this.stories.values()].map((waiting) => waiting.dueMs);
    return times.length === 0 ? null : Math.min(...times);
  }

  remove(id: string): void {
    this.stories.delete(id);
  }

  /** Puts a story off, even over the limit: it was in already. */
  postpone(waiting: Waiting): void {
    this.stories.set(waiting.story.id, waiting);
  }
}
