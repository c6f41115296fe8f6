import { Parser } from 'htmlparser2';
import type { Clock } from '../../engine/clock.ts';
import { webAddress } from './canonicalUrl.ts';
import { FeedSource } from './feeds/feedSource.ts';
import type { FeedItem } from './feeds/items.ts';
import type { PageReader } from './http/reader.ts';
import type { NewsSource } from './source.ts';
import type { ToldStory } from './story.ts';

/** Since June 2026 Reddit lets an address without an account read about one feed a minute. */
const SHORTEST_INTERVAL_MS = 120_000;
const OWN_HOST = /(^|\.)(reddit\.com|redd\.it|redditmedia\.com)$/;

export interface RedditOptions {
  /** As `CryptoCurrency`, without `r/`. */
  readonly subreddits: readonly string[];
  readonly intervalMs: number;
  readonly reader: PageReader;
  readonly clock: Clock;
  /** Another address, for tests and proxies. */
  readonly baseUrl?: string;
}

/**
 * New posts of subreddits, by Reddit's public Atom feeds: the JSON beside them has been refused to readers without an
 * account since 2026. All subreddits are one feed, and so one request: `r/one+two/new/.rss`.
 */
export function redditSource(options: RedditOptions): NewsSource {
  const { subreddits, baseUrl = 'https://www.reddit.com', reader, clock } = options;
  return new FeedSource({
    name: 'reddit',
    url: `${baseUrl}/r/${subreddits.join('+')}/new/.rss?limit=100`,
    intervalMs: Math.max(SHORTEST_INTERVAL_MS, options.intervalMs),
    reader,
    clock,
    tell: redditStory,
  });
}

/** A post that links to a story elsewhere is that story, so that it is not counted a second time. */
export function redditStory({ told, categories }: FeedItem): ToldStory {
  const name = categories[0] ?? '';
  const html = told.summary ?? '';
  return {
    ...told,
    source: name === '' ? 'reddit' : `reddit ${name.startsWith('r/') ? name : `r/${name}`}`,
    url: linkedStory(html) ?? told.url,
    summary: html.replace(/(<span>|&#32;|\s)*submitted by[\s\S]*$/, ''),
  };
}

/** Where the `[link]` below a post leads, when that is not Reddit itself. */
function linkedStory(html: string): string | null {
  let href = '';
  let found: string | null = null;
  const parser = new Parser({
    onopentag: (name, attributes) => {
      if (name === 'a') href = attributes.href ?? '';
    },
    ontext: (text) => {
      if (text.trim() === '[link]') found = href;
    },
  });
  parser.end(html);
  const address = webAddress(found ?? '');
  return address === null || OWN_HOST.test(new URL(address).hostname) ? null : address;
}
