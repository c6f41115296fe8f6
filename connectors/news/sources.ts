import type { Clock } from '../../engine/clock.ts';
import { CryptoPanicSource } from './cryptoPanic.ts';
import { DEFAULT_FEEDS, namedFeeds } from './feeds/defaults.ts';
import { FeedSource } from './feeds/feedSource.ts';
import { PageReader } from './http/reader.ts';
import { redditSource } from './reddit.ts';
import type { NewsSource } from './source.ts';

/** The settings that say where news comes from, by the names of their variables. */
export interface NewsSettings {
  /** Addresses; `default` stands for `DEFAULT_FEEDS`. */
  readonly NEWS_FEEDS: readonly string[];
  readonly NEWS_SUBREDDITS: readonly string[];
  /** Seconds. */
  readonly NEWS_INTERVAL: number;
  readonly NEWS_CONTACT: string | null;
  readonly CRYPTOPANIC_KEY: string | null;
  readonly CRYPTOPANIC_PLAN: 'developer' | 'growth' | 'enterprise';
}

/** The sources that are configured. */
export function newsSources(
  settings: NewsSettings,
  options: { readonly clock: Clock },
): readonly NewsSource[] {
  const { clock } = options;
  const reader = new PageReader({ clock, userAgent: userAgent(settings.NEWS_CONTACT) });
  const intervalMs = settings.NEWS_INTERVAL * 1000;
  const urls = settings.NEWS_FEEDS.flatMap((entry) =>
    entry === 'default' ? DEFAULT_FEEDS.map((feed) => feed.url) : [entry],
  );
  const sources: NewsSource[] = namedFeeds([...new Set(urls)]).map(
    (feed) => new FeedSource({ ...feed, intervalMs, reader, clock }),
  );
  const { NEWS_SUBREDDITS: subreddits, CRYPTOPANIC_KEY: key, CRYPTOPANIC_PLAN: plan } = settings;
  if (subreddits.length > 0) sources.push(redditSource({ subreddits, intervalMs, reader, clock }));
  if (key !== null) sources.push(new CryptoPanicSource({ key, plan, intervalMs, reader, clock }));
  return sources;
}

/** Says what reads, and whom to write to. */
export function userAgent(contact: string | null): string {
  return contact === null ? 'Tickwave (feed reader)' : `Tickwave (feed reader; ${contact})`;
}
