import { parseFeed } from 'feedsmith';
import { BadField } from '../../errors.ts';
import type { NewsStory } from '../../landing.ts';
import { FeedUnreadable } from '../errors.ts';
import { ttlMs } from '../http/waits.ts';
import type { UnusableItem } from '../source.ts';
import { storyOf, type ToldStory } from '../story.ts';
import { decodeFeed } from './decode.ts';
import { type FeedItem, itemsOf, type ParsedFeed } from './items.ts';

/** Items of one feed that are looked at; feeds give 10 to 100, newest first. */
const MAX_ITEMS = 500;

export interface FeedContent {
  readonly stories: readonly NewsStory[];
  readonly unusable: readonly UnusableItem[];
  /** What the feed's `ttl` asks for, in milliseconds. */
  readonly waitMs: number;
}

export interface FeedReading {
  readonly body: Buffer;
  readonly contentType: string | null;
  /** Where the feed came from: what relative links are relative to. */
  readonly url: string;
  /** ISO 8601 in UTC. */
  readonly receivedAt: string;
  /** Who tells the story, and how: the feed's name, or what a site's own reading makes of it. */
  readonly tell: (item: FeedItem) => ToldStory;
}

/**
 * The stories of an RSS (0.9x, 1.0, 2.0), Atom or JSON feed.
 * @throws FeedUnreadable, and nothing else, for any bytes.
 */
export function readFeed(reading: FeedReading): FeedContent {
  const parsed = parse(reading);
  const stories: NewsStory[] = [];
  const unusable: UnusableItem[] = [];
  const items = itemsOf(parsed);
  for (const { raw, item } of items) {
    try {
      const told = reading.tell({ ...item, told: { base: reading.url, ...item.told } });
      stories.push(storyOf(told, reading.receivedAt));
    } catch (error) {
      if (!(error instanceof BadField)) throw error;
      unusable.push({ reason: error.message, raw: Buffer.from(JSON.stringify(raw)) });
    }
  }
  return { stories, unusable, waitMs: parsed.format === 'rss' ? ttlMs(parsed.feed.ttl) : 0 };
}

function parse({ body, contentType }: FeedReading): ParsedFeed {
  const text = decodeFeed(body, contentType);
  if (declaresEntities(text)) {
    throw new FeedUnreadable('The feed declares entities of its own;', 'no news feed needs them.', body);
  }
  try {
    return parseFeed(text, { maxItems: MAX_ITEMS });
  } catch (cause) {
    const what = /^\s*<(!doctype\s+html|html)[\s>]/i.test(text) ? 'a page of HTML' : beginning(text);
    throw new FeedUnreadable(
      `What came is ${what}, no RSS, Atom or JSON feed that can be read.`,
      'Check the address in NEWS_FEEDS, in a browser too.',
      body,
      { cause },
    );
  }
}

/**
 * Whether a document type before the root element declares entities: a few of them can stand for gigabytes of text, or
 * for a file. The parser resolves none of them; that a feed has them at all is reason enough.
 */
function declaresEntities(text: string): boolean {
  const root = text.search(/<(rss|feed|[\w-]+:RDF)[\s>]/i);
  const declared = text.search(/<!ENTITY/i);
  return declared >= 0 && (root < 0 || declared < root);
}

function beginning(text: string): string {
  return text.trim() === '' ? 'empty' : JSON.stringify(text.trim().slice(0, 60));
}
