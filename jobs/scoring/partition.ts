import { createHash } from 'node:crypto';
import { marketKey } from './plan.ts';
import type { DueMarket } from './windows.ts';

/** Which markets of all one scorer takes: those whose hash falls on its index. */
export interface Partition {
  /** From 0 on; one that is not below `of` begins again at 0, as the third of two does. */
  readonly index: number;
  readonly of: number;
}

/** So far a market of another falls behind before it is taken over, in milliseconds of event time. */
const OVERDUE_MS = 120_000;

/**
 * What of all that is due this scorer takes: its own markets at once, those of others once they are two minutes behind, because theirs
 * is gone or new. Two may then take the same one; what they store is one row.
 */
export function ownDue(due: readonly DueMarket[], partition: Partition | null): readonly DueMarket[] {
  if (partition === null) return due;
  const { index, of } = partition;
  return due.filter((market) => partitionOf(market, of) === index % of || isOverdue(market));
}

/** The same in every process, for it is of the market's name alone. */
export function partitionOf(
  market: { readonly exchange: string; readonly symbol: string },
  of: number,
): number {
  return createHash('sha256').update(marketKey(market)).digest().readUInt32BE(0) % of;
}

function isOverdue({ closed, scored, starts }: DueMarket): boolean {
  const reached = scored ?? starts;
  return reached === null || closed - reached > OVERDUE_MS;
}
