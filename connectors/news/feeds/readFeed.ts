import { parseFeed } from 'feedsmith';
import { BadField } from '../../errors.ts';
import type { NewsStory } from '../../landing.ts';
import { FeedUnreadable } from '../errors.ts';
import { ttlMs } from '../http/waits.ts';
import type { UnusableItem } from '../source.ts';
import { storyOf, type ToldStory } from '../story.ts';
import { decodeFeed } from './decode.ts';

/** Items of one feed that are looked at; feeds give 10 to 100, newest first. */
const MAX_ITEMS = 500;

type Parsed = ReturnType<typeof parseFeed>;
type RssItem = NonNullable<Extract<Parsed, { format: 'rss' }>['feed']['items']>[number];
type AtomEntry = NonNullable<Extract<Parsed, { format: 'atom' }>['feed']['entries']>[number];
type RdfItem = NonNullable<Extract<Parsed, { format: 'rdf' }>['feed']['items']>[number];
type JsonItem = NonNullable<Extract<Parsed, { format: 'json' }>['feed']['items']>[number];

/** A story of a feed, before it is brought to form, and what else the feed says of it. */
export interface FeedItem {
  readonly told: Omit<ToldStory, 'source'>;
  /** As the feed names them: on Reddit the subreddit. */
  readonly categories: readonly string[];
}

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

function parse({ body, contentType }: FeedReading): Parsed {
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

interface RawItem {
  /** As the parser understood it, for the dead letter. */
  readonly raw: unknown;
  readonly item: FeedItem;
}

function itemsOf(parsed: Parsed): readonly RawItem[] {
  switch (parsed.format) {
    case 'rss':
      return (parsed.feed.items ?? []).map((raw) => ({ raw, item: rssItem(raw) }));
    case 'rdf':
      return (parsed.feed.items ?? []).map((raw) => ({ raw, item: rdfItem(raw) }));
    case 'atom': {
      const base = parsed.feed.xml?.base;
      return (parsed.feed.entries ?? []).map((raw) => ({ raw, item: atomItem(raw, base) }));
    }
    case 'json':
      return (parsed.feed.items ?? []).map((raw) => ({ raw, item: jsonItem(raw) }));
  }
}

function rssItem(item: RssItem): FeedItem {
  const guid = item.guid?.value;
  // By the specification a guid is an address unless it says otherwise; `storyOf` drops what is none.
  const address = item.guid?.isPermaLink === false ? undefined : absolute(guid);
  return {
    told: {
      title: item.title ?? item.dc?.titles?.[0],
      summary: item.description ?? item.content?.encoded,
      url: item.link ?? address,
      guid,
      publishedAt: text(item.pubDate ?? item.dc?.dates?.[0] ?? item.atom?.published ?? item.atom?.updated),
    },
    categories: (item.categories ?? []).flatMap((category) => category.name ?? []),
  };
}

function rdfItem(item: RdfItem): FeedItem {
  return {
    told: {
      title: item.title ?? item.dc?.titles?.[0],
      summary: item.description ?? item.content?.encoded,
      url: item.link ?? absolute(item.rdf?.about),
      guid: item.rdf?.about,
      publishedAt: text(item.dc?.dates?.[0]),
    },
    categories: item.dc?.subjects ?? [],
  };
}

function atomItem(entry: AtomEntry, base: string | undefined): FeedItem {
  const links = entry.links ?? [];
  const link = links.find(({ rel = 'alternate' }) => rel === 'alternate');
  return {
    told: {
      title: entry.title?.value,
      summary: entry.summary?.value ?? entry.content?.value,
      url: link?.href ?? absolute(entry.id),
      guid: entry.id,
      publishedAt: text(entry.published ?? entry.updated),
      ...(base !== undefined && URL.canParse(base) ? { base } : {}),
    },
    categories: (entry.categories ?? []).flatMap((category) => category.label ?? category.term ?? []),
  };
}

function jsonItem(item: JsonItem): FeedItem {
  return {
    told: {
      title: item.title,
      summary: item.summary ?? item.content_html ?? item.content_text,
      url: item.url ?? absolute(item.id),
      guid: item.id,
      publishedAt: text(item.date_published ?? item.date_modified),
    },
    categories: item.tags ?? [],
  };
}

const absolute = (text: string | undefined): string | undefined =>
  /^https?:\/\//i.test(text ?? '') ? text : undefined;

/** Dates have no type in the parser, which could be told to make other things of them. */
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
