import type { FeedsReport } from '../../api/schemas/feeds.ts';
import type { LiveFeedState, MarketState } from '../../connectors/exchanges/feed/feedState.ts';
import { count } from '../progress.ts';

/** Each market of the feeds, as `/v1/feeds` shows it. */
export function marketReports(feeds: readonly LiveFeedState[]): FeedsReport['markets'] {
  return feeds.flatMap(({ exchange, markets, trouble }) =>
    markets.map((market) => ({
      exchange,
      symbol: market.symbol,
      state: market.state,
      words: market.words ?? market.trouble ?? trouble,
      last_trade_at: market.last?.ts ?? null,
      complete_to: market.completeTo,
      open_gaps: market.openHoles,
      backfilled: market.backlog?.share ?? null,
      landed: market.counts.fresh,
      duplicates: market.counts.duplicates,
      repaired: market.counts.repaired,
      permanent: market.counts.permanent,
    })),
  );
}

/** The feeds in a few words, for the status line: `4 markets live, 1 rejected, 2 holes open`. */
export function describeMarkets(feeds: readonly LiveFeedState[]): string {
  const markets = feeds.flatMap((feed) => feed.markets);
  if (markets.length === 0) return 'connecting';
  const standings: readonly MarketState['state'][] = [
    'live',
    'backfilling',
    'connecting',
    'halted',
    'rejected',
  ];
  const parts = standings.flatMap((standing) => {
    const found = markets.filter((market) => market.state === standing).length;
    return found === 0 ? [] : [`${count(found)} ${standing}`];
  });
  const shares = markets.flatMap(({ backlog }) => (backlog === null ? [] : [backlog.share]));
  if (shares.length > 0) parts.push(`history ${Math.floor(Math.min(...shares) * 100)} %`);
  const holes = markets.reduce((sum, market) => sum + market.openHoles, 0);
  if (holes > 0) parts.push(`${count(holes)} holes open`);
  return parts.join(', ');
}
