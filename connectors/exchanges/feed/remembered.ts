import { MICROS_PER_MINUTE, microsOf } from '../../instant.ts';
import type { TradeGap } from '../../landing.ts';
import { Completeness } from './completeness.ts';
import { Continuity, type Hole, type Known } from './continuity.ts';
import { BEYOND_LIMIT, Ledger, type LedgerOptions } from './ledger.ts';
import type { EndTrades, FeedMemory, MissingIds, StoredTrade } from './memory.ts';

/** Permanent holes in which a trade may still turn up. */
const PERMANENT = 200;
/** Ranges into which what is missing of one hole is told apart. */
const RANGES = 500;

/** What is known of a market. */
export interface MarketKnowledge {
  readonly continuity: Continuity;
  readonly ledger: Ledger;
  readonly completeness: Completeness;
}

/**
 * What an earlier run has left of a market. What is missing of a hole is told by the trades that are stored and not by
 * what the run last wrote of it, so that a crash at any moment changes nothing.
 */
export async function remembered(memory: FeedMemory, options: LedgerOptions): Promise<MarketKnowledge> {
  const { exchange, symbol, contiguous } = options;
  const stored = await memory.trades(exchange, symbol);
  const heartbeat = await memory.lastHeartbeat(exchange, symbol);
  const ledger = new Ledger(options);
  const completeness = new Completeness();
  const holes: Hole[] = [];
  const rows = await memory.gaps(exchange, symbol, PERMANENT);
  const known = ends(stored, rows);
  if (heartbeat !== null) completeness.from(microsOf(heartbeat) + MICROS_PER_MINUTE);
  else if (known !== null) completeness.from(nextMinute(known.first.micros));
  for (const row of rows) {
    const missing = contiguous
      ? (await memory.missing(exchange, symbol, row, RANGES)).map((ids) => holeOf(row, ids))
      : [holeOf(row, { ...row, fromTs: null, toTs: null })];
    holes.push(...missing);
    ledger.restore(row, missing);
    const time = { fromMicros: microsOf(row.fromTs), toMicros: microsOf(row.toTs) };
    if (row.status === 'detected') sayAgain(completeness, time, beginsAt(row, known));
    else if (row.cause === BEYOND_LIMIT) completeness.never(time.fromMicros, time.toMicros);
  }
  if (known !== null) completeness.reach(known.last.micros);
  const continuity = new Continuity({ holes, contiguous, ...(known === null ? {} : { known }) });
  return { continuity, ledger, completeness };
}

/**
 * When the first minute begins of which all is known once this hole is filled. The minute of the first trade is not
 * one, unless the hole is the history before it, which begins with a minute.
 */
function beginsAt(row: TradeGap, known: { readonly first: Known } | null): number {
  if (known === null || BigInt(row.fromId) <= known.first.id) return Number.NEGATIVE_INFINITY;
  return nextMinute(known.first.micros);
}

function sayAgain(
  completeness: Completeness,
  hole: Pick<Hole, 'fromMicros' | 'toMicros'>,
  begin: number,
): void {
  const fromMicros = Math.max(hole.fromMicros, begin);
  if (fromMicros <= hole.toMicros) completeness.again({ ...hole, fromMicros });
}

/** The first and the last id that something is known of: a hole may have been found just before a crash. */
function ends(
  stored: EndTrades | null,
  rows: readonly TradeGap[],
): { readonly first: Known; readonly last: Known } | null {
  const known = [
    ...(stored === null ? [] : [knownOf(stored.first), knownOf(stored.last)]),
    ...rows.flatMap((row) => [
      { id: BigInt(row.fromId), micros: microsOf(row.fromTs) },
      { id: BigInt(row.toId), micros: microsOf(row.toTs) },
    ]),
  ].sort((a, b) => (a.id < b.id ? -1 : 1));
  const [first, last] = [known[0], known.at(-1)];
  return first === undefined || last === undefined ? null : { first, last };
}

function knownOf({ tradeId, ts }: StoredTrade): Known {
  return { id: BigInt(tradeId), micros: microsOf(ts) };
}

function holeOf(row: TradeGap, { fromId, toId, fromTs, toTs }: MissingIds): Hole {
  return {
    from: BigInt(fromId),
    to: BigInt(toId),
    fromMicros: microsOf(fromTs ?? row.fromTs),
    toMicros: microsOf(toTs ?? row.toTs),
    permanent: row.status === 'permanent',
  };
}

/** The first whole minute at or after an instant. */
export function nextMinute(micros: number): number {
  return Math.ceil(micros / MICROS_PER_MINUTE) * MICROS_PER_MINUTE;
}
