import { resolve } from 'node:path';
import type { Clock } from '../../../engine/clock.ts';
import { BadOption, LimitReached } from '../../errors.ts';
import { isoOf } from '../../instant.ts';
import type { DeadLetter, Landing, NewsStory } from '../../landing.ts';
import { StoryMemory } from '../storyMemory.ts';
import { type NewsFileOptions, newsRows } from './newsFile.ts';

export interface ImportNewsOptions {
  readonly files: readonly NewsFileOptions[];
  readonly landing: Landing;
  readonly clock: Clock;
  /** Rows stored in one transaction. Default 1,000. */
  readonly chunkRows?: number;
  /** Bad rows after which the import gives up. Default 10,000. */
  readonly maxBadRows?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImportNewsProgress) => void;
}

/** How an import stands, after each stored chunk. */
export interface ImportNewsProgress {
  /** The file that is being read. */
  readonly path: string;
  /** Rows read. */
  readonly rows: number;
  /** Stories that were new. */
  readonly stories: number;
  /** Stories that were stored already, or that another row tells too. */
  readonly duplicates: number;
  /** Rows that became dead letters. */
  readonly bad: number;
}

export interface ImportNewsReport extends ImportNewsProgress {
  /** False when the signal ended it; the same call then reads again, and stores what is missing. */
  readonly completed: boolean;
}

/**
 * Imports files of news. A story has the same id whenever it is read, so an import may be broken off and repeated.
 * Titles that say the same within 48 hours of publication are one story.
 *
 * @example
 * await importNews({ files: [{ path: 'headlines.csv', map: 'title=headline' }], landing, clock: systemClock });
 */
export async function importNews(options: ImportNewsOptions): Promise<ImportNewsReport> {
  if (options.files.length === 0)
    throw new BadOption('There is nothing to import;', 'name at least one file.');
  const run = new NewsImport(options);
  for (const file of options.files) {
    if (options.signal?.aborted) break;
    await run.read(file);
  }
  return { ...run.progress(), completed: !options.signal?.aborted };
}

class NewsImport {
  private readonly options: ImportNewsOptions;
  private readonly memory = new StoryMemory();
  private readonly counts = { rows: 0, stories: 0, duplicates: 0, bad: 0 };
  private path = '';
  private stories: NewsStory[] = [];
  private deadLetters: DeadLetter[] = [];

  constructor(options: ImportNewsOptions) {
    this.options = options;
  }

  progress(): ImportNewsProgress {
    return { path: this.path, ...this.counts };
  }

  async read(file: NewsFileOptions): Promise<void> {
    const { clock, signal, chunkRows = 1000 } = this.options;
    const receivedAt = isoOf(clock.now() * 1000);
    this.path = resolve(file.path);
    for await (const { row, read } of newsRows({ ...file, path: this.path }, receivedAt)) {
      this.counts.rows++;
      if ('reason' in read)
        this.deadLetters.push({ ...read, source: 'import', place: `${this.path}:${row}`, receivedAt });
      else this.add(read);
      if (this.stories.length + this.deadLetters.length < chunkRows) continue;
      await this.store();
      if (signal?.aborted) return;
    }
    await this.store();
  }

  private add(story: NewsStory): void {
    const atMs = Date.parse(story.publishedAt ?? story.receivedAt);
    if (this.memory.find(story, atMs) !== null) {
      this.counts.duplicates++;
      return;
    }
    this.memory.add(story, atMs);
    this.stories.push(story);
  }

  private async store(): Promise<void> {
    const { landing, maxBadRows = 10_000, onProgress } = this.options;
    const { stories, deadLetters } = this;
    this.stories = [];
    this.deadLetters = [];
    await landing.deadLetters(deadLetters);
    const fresh = await landing.news(stories);
    this.counts.stories += fresh;
    this.counts.duplicates += stories.length - fresh;
    this.counts.bad += deadLetters.length;
    onProgress?.(this.progress());
    if (this.counts.bad <= maxBadRows) return;
    throw new LimitReached(
      `More than ${maxBadRows} rows are no stories (see dead_letters).`,
      'Check the columns, or raise maxBadRows.',
    );
  }
}
