import type { TradeGap } from '../../landing.ts';

/** A trade that is stored. */
export interface StoredTrade {
  readonly tradeId: string;
  /** ISO 8601 in UTC. */
  readonly ts: string;
}

/** The stored trades with the lowest and the highest id. */
export interface EndTrades {
  readonly first: StoredTrade;
  readonly last: StoredTrade;
}

/** Ids that are not stored, both ends included, with the times of the stored trades around them. */
export interface MissingIds {
  readonly fromId: string;
  readonly toId: string;
  /** Null where nothing is stored before or after it within what was asked for. */
  readonly fromTs: string | null;
  readonly toTs: string | null;
}

/** What an earlier run has left of a market: where a feed goes on from. */
export interface FeedMemory {
  /** The stored trades with the lowest and the highest id, made-up ids of files left out; null when there are none. */
  trades(exchange: string, symbol: string): Promise<EndTrades | null>;
  /** Newest minute with a heartbeat. */
  lastHeartbeat(exchange: string, symbol: string): Promise<string | null>;
  /** Open holes, and the newest `permanent` permanent ones. */
  gaps(exchange: string, symbol: string, permanent: number): Promise<readonly TradeGap[]>;
  /** Which ids of a range are not stored; the last of `limit` ranges reaches to the end when there are more. */
  missing(exchange: string, symbol: string, range: IdRange, limit: number): Promise<readonly MissingIds[]>;
}

export interface IdRange {
  readonly fromId: string;
  readonly toId: string;
}

/**
 * Made-up ids of files that have none are microseconds times 1,000, which is more than this; no exchange has come so far
 * by counting. A feed must not go on from one of them.
 */
export const MADE_UP_FROM = 10n ** 17n;

/** At most so many ranges; the last reaches to the end then. */
export function cutAt(ranges: readonly MissingIds[], limit: number, toId: string): readonly MissingIds[] {
  const last = ranges[limit - 1];
  if (ranges.length <= limit || last === undefined) return ranges;
  return [...ranges.slice(0, limit - 1), { ...last, toId, toTs: null }];
}
