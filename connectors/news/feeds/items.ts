import type { parseFeed } from 'feedsmith';
import type { ToldStory } from '../story.ts';

/** A feed as the parser gives it; formats have their own fields. */
export type ParsedFeed = ReturnType<typeof parseFeed>;
type RssItem = NonNullable<Extract<ParsedFeed, { format: 'rss' }>['feed']['items']>[number];
type AtomEntry = NonNullable<Extract<ParsedFeed, { format: 'atom' }>['feed']['entries']>[number];
type RdfItem = NonNullable<Extract<ParsedFeed, { format: 'rdf' }>['feed']['items']>[number];
type JsonItem = NonNullable<Extract<ParsedFeed, { format: 'json' }>['feed']['items']>[number];

/** A story of a feed, before it is brought to form, and what else the feed says of it. */
export interface FeedItem {
  readonly told: Omit<ToldStory, 'source'>;
  /** As the feed names them: on Reddit the subreddit. */
  readonly categories: readonly string[];
}

/** An item, and what it was made of. */
export interface RawItem {
  /** As the parser understood it, for the dead letter. */
  readonly raw: unknown;
  readonly item: FeedItem;
}

/** The items of a feed of any format, as far as they are alike. */
export function itemsOf(parsed: ParsedFeed): readonly RawItem[] {
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
