/** A feed as it is known to people. */
export interface NamedFeed {
  readonly name: string;
  readonly url: string;
}

/** What `NEWS_FEEDS=default` reads: the larger crypto newsrooms, two exchanges, and those whose decisions move all markets. */
export const DEFAULT_FEEDS: readonly NamedFeed[] = [
  { name: 'CoinDesk', url: 'https://www.coindesk.com/arc/outboundfeeds/rss/' },
  { name: 'Cointelegraph', url: 'https://cointelegraph.com/rss' },
  { name: 'Decrypt', url: 'https://decrypt.co/feed' },
  { name: 'Kraken blog', url: 'https://blog.kraken.com/feed' },
  { name: 'Coinbase blog', url: 'https://www.coinbase.com/blog/rss.xml' },
  { name: 'Federal Reserve', url: 'https://www.federalreserve.gov/feeds/press_all.xml' },
  { name: 'ECB', url: 'https://www.ecb.europa.eu/rss/press.html' },
  { name: 'SEC', url: 'https://www.sec.gov/news/pressreleases.rss' },
  { name: 'CFTC', url: 'https://www.cftc.gov/RSS/RSSGP/rssgp.xml' },
];

/**
 * The feeds at these addresses, each with a name of its own: that of the list above, else the host's, with path and
 * number where it has several. Never the query: keys may be in it.
 */
export function namedFeeds(urls: readonly string[]): readonly NamedFeed[] {
  const taken = new Set<string>();
  return urls.map((url) => {
    const known = DEFAULT_FEEDS.find((feed) => feed.url === url);
    const { hostname, pathname } = new URL(url);
    const host = hostname.replace(/^www\./, '');
    const names = known === undefined ? [host, `${host}${pathname}`] : [known.name];
    const free = names.find((name) => !taken.has(name)) ?? `${host}${pathname} ${taken.size}`;
    taken.add(free);
    return { name: free, url };
  });
}
