import type { WriterCounts } from '../../writer.ts';
import type { RestCounts } from '../rest/restClient.ts';
import type { SessionState } from '../session/session.ts';
import type { MarketReport } from './marketReport.ts';

/** How a market stands: `rejected` by the exchange, `halted` when the exchange does not trade at all. */
export type MarketStanding = 'connecting' | 'backfilling' | 'live' | 'rejected' | 'halted';

export interface MarketState extends MarketReport {
  /** As `BTC/USD`. */
  readonly symbol: string;
  readonly state: MarketStanding;
  /** The exchange's own, where it rejected the market or does not trade. */
  readonly words: string | null;
}

/** What a live feed is doing. */
export interface LiveFeedState {
  readonly exchange: string;
  /** What cannot be promised on this exchange, for people. */
  readonly caveat: string | null;
  readonly markets: readonly MarketState[];
  readonly connections: readonly SessionState[];
  /** Null before the feed runs, as `writer`. */
  readonly rest: RestCounts | null;
  readonly writer: WriterCounts | null;
  readonly deadLetters: {
    readonly kept: number;
    /** Beyond the limit of an hour. */
    readonly dropped: number;
  };
  /** Why the feed begins anew, while the database is away. */
  readonly trouble: string | null;
}
