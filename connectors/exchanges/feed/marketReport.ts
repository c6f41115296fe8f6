import { isoOf } from '../../instant.ts';
import type { BacklogProgress } from './backlog.ts';
import type { MarketKnowledge } from './remembered.ts';

/** Where a market stands. */
export interface MarketReport {
  readonly last: { readonly tradeId: string; readonly ts: string } | null;
  /** Every trade before this time is here, ISO 8601 in UTC. */
  readonly completeTo: string | null;
  readonly openHoles: number;
  /** Ids in open holes. */
  readonly missing: number;
  readonly counts: {
    readonly fresh: number;
    readonly duplicates: number;
    /** Ids that were missing and came. */
    readonly repaired: number;
    /** Ids that the exchange does not have, or that lie beyond the limit. */
    readonly permanent: number;
  };
  /** Null when nothing much is missing. */
  readonly backlog: BacklogProgress | null;
  /** Why nothing can be fetched at the moment. */
  readonly trouble: string | null;
}

/** What is known of a market, for people. */
export function knowledgeOf({
  continuity,
  completeness,
}: MarketKnowledge): Pick<MarketReport, 'last' | 'completeTo' | 'openHoles' | 'missing'> {
  const { last } = continuity;
  const holes = continuity.holes.filter((hole) => !hole.permanent);
  const completeTo = Math.min(completeness.to, ...holes.map((hole) => hole.fromMicros));
  return {
    last: last === null ? null : { tradeId: last.id.toString(), ts: isoOf(last.micros) },
    completeTo: Number.isFinite(completeTo) ? isoOf(completeTo) : null,
    openHoles: holes.length,
    missing: Number(holes.reduce((sum, { from, to }) => sum + (to - from + 1n), 0n)),
  };
}
