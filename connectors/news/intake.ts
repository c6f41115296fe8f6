import { createHash } from 'node:crypto';
import type { Clock } from '../../engine/clock.ts';
import { isoOf } from '../instant.ts';
import type { DeadLetter, Landing, NewsStory } from '../landing.ts';
import type { NewsArchive } from './archive.ts';
import { RecentKeys } from './recentKeys.ts';
import type { Collected, UnusableItem } from './source.ts';
import { StoryMemory, TITLE_WINDOW_MS } from './storyMemory.ts';

export interface IntakeOptions {
  readonly landing: Landing;
  readonly clock: Clock;
  readonly archive: NewsArchive;
  /** Told of stories once they are stored, each of them once. Batches wait for it: it had better only queue them. */
  readonly onStories?: (stories: readonly NewsStory[]) => void | Promise<void>;
  /** Stories that are remembered to know their repetitions. Default 20,000. */
  readonly memoryCapacity?: number;
}

/** What became of a batch. */
export interface Taken {
  readonly stories: number;
  /** Stories that were known already, by their address or by their title. */
  readonly duplicates: number;
  /** Items that were none, which became dead letters. */
  readonly unusable: number;
}

const MAX_RAW_BYTES = 64 * 1024;
const LETTERS_REMEMBERED = 5000;

/** Lands every story once, whoever brings it and however often; batches one after the other. */
export class NewsIntake {
  private readonly options: IntakeOptions;
  private readonly capacity: number;
  private readonly memory: StoryMemory;
  private readonly letters = new RecentKeys(LETTERS_REMEMBERED);
  private restored: Promise<void> | null = null;
  private tail: Promise<unknown> = Promise.resolve();

  constructor(options: IntakeOptions) {
    this.options = options;
    this.capacity = options.memoryCapacity ?? 20_000;
    this.memory = new StoryMemory({ capacity: this.capacity });
  }

  /** @throws LandingFailed, and then nothing of the batch is remembered. */
  take(source: string, batch: Pick<Collected, 'stories' | 'unusable'>): Promise<Taken> {
    const turn = this.tail.then(() => this.takeNext(source, batch));
    this.tail = turn.catch(() => undefined);
    return turn;
  }

  /** Lands one dead letter; false where it could not be. */
  async keep(source: string, item: UnusableItem): Promise<boolean> {
    const kept = this.options.landing.deadLetters([this.letter(source, item)]);
    return kept.then(
      () => true,
      () => false,
    );
  }

  private async takeNext(
    source: string,
    { stories, unusable }: Pick<Collected, 'stories' | 'unusable'>,
  ): Promise<Taken> {
    const { landing, clock, onStories } = this.options;
    await this.remembering();
    const now = clock.now();
    const fresh = await this.fresh(stories, now);
    const letters = new Map(unusable.map((item) => this.letter(source, item)).map((row) => [row.place, row]));
    for (const place of [...letters.keys()]) if (this.letters.has(place)) letters.delete(place);
    if (letters.size > 0) await landing.deadLetters([...letters.values()]);
    if (fresh.length > 0) await landing.news(fresh);
    for (const place of letters.keys()) this.letters.add(place);
    for (const story of fresh) this.memory.add(story, now);
    if (fresh.length > 0) await onStories?.(fresh);
    return { stories: fresh.length, duplicates: stories.length - fresh.length, unusable: letters.size };
  }

  /** Those that are new: to the memory, to the archive and among themselves. */
  private async fresh(stories: readonly NewsStory[], now: number): Promise<readonly NewsStory[]> {
    const unknown = stories.filter((story) => this.memory.find(story, now) === null);
    // A feed may still list what was stored before the memory reaches back.
    const stored = await this.options.archive.known(unknown.map((story) => story.id));
    const batch = new StoryMemory({ capacity: this.capacity });
    return unknown.filter((story) => {
      if (stored.has(story.id) || batch.find(story, now) !== null) return false;
      batch.add(story, now);
      return true;
    });
  }

  /** Once; and tried again by the next batch where the database did not answer. */
  private remembering(): Promise<void> {
    this.restored ??= this.restore().catch((error: unknown) => {
      this.restored = null;
      throw error;
    });
    return this.restored;
  }

  private async restore(): Promise<void> {
    const { archive, clock } = this.options;
    const since = isoOf((clock.now() - TITLE_WINDOW_MS) * 1000);
    for (const story of await archive.recent(since, this.capacity)) {
      this.memory.add(story, Date.parse(story.receivedAt));
    }
  }

  private letter(source: string, { reason, raw }: UnusableItem): DeadLetter {
    const hash = createHash('sha256').update(raw).digest('hex').slice(0, 32);
    const cut = raw.length > MAX_RAW_BYTES ? ` (${raw.length} bytes, cut at ${MAX_RAW_BYTES})` : '';
    return {
      source: 'news',
      place: `${source}#${hash}`,
      reason: `${reason}${cut}`,
      raw: raw.subarray(0, MAX_RAW_BYTES),
      receivedAt: isoOf(this.options.clock.now() * 1000),
    };
  }
}
