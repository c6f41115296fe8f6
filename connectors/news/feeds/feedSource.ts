import type { Clock } from '../../../engine/clock.ts';
import { isoOf } from '../../instant.ts';
import type { PageReader, Validators } from '../http/reader.ts';
import type { Collected, NewsSource } from '../source.ts';
import type { ToldStory } from '../story.ts';
import type { FeedItem } from './items.ts';
import { readFeed } from './readFeed.ts';

const ACCEPT =
  'application/rss+xml, application/atom+xml, application/feed+json;q=0.9, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1';

export interface FeedSourceOptions {
  /** As stories carry it: `CoinDesk`. */
  readonly name: string;
  readonly url: string;
  /** Shortest time between two visits, in milliseconds. */
  readonly intervalMs: number;
  readonly reader: PageReader;
  readonly clock: Clock;
  /** What a site's items mean, where that is not what the feed's format says. */
  readonly tell?: (item: FeedItem) => ToldStory;
}

/** An RSS, Atom or JSON feed at an address from the configuration. */
export class FeedSource implements NewsSource {
  readonly name: string;
  readonly intervalMs: number;
  private readonly options: FeedSourceOptions;
  private validators: Validators | null = null;

  constructor(options: FeedSourceOptions) {
    this.options = options;
    this.name = options.name;
    this.intervalMs = options.intervalMs;
  }

  async collect(signal: AbortSignal): Promise<Collected> {
    const { url, reader, clock, name } = this.options;
    const page = await reader.read(url, { accept: ACCEPT, validators: this.validators, signal });
    if ('unchanged' in page) {
      return { stories: [], unusable: [], waitMs: page.waitMs, stored: () => undefined };
    }
    const tell = this.options.tell ?? (({ told }) => ({ ...told, source: name }));
    const content = readFeed({ ...page, receivedAt: isoOf(clock.now() * 1000), tell });
    return {
      ...content,
      waitMs: Math.max(content.waitMs, page.waitMs),
      stored: () => {
        this.validators = page.validators;
      },
    };
  }
}
