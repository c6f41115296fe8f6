import { microsOf } from '../../instant.ts';
import type { Trade } from '../../landing.ts';

/** A trade's place in its market. */
export interface Known {
  readonly id: bigint;
  /** Exchange time, microseconds since the Unix epoch. */
  readonly micros: number;
}

/** Ids from `from` to `to`, both included, that are not here. */
export interface Hole {
  readonly from: bigint;
  readonly to: bigint;
  /** Time of the trade before the hole, and of the one after it, microseconds since the Unix epoch. */
  readonly fromMicros: number;
  readonly toMicros: number;
  /** Nobody looks for these any more: the exchange has no such trades. */
  readonly permanent: boolean;
}

/** What a batch of trades was to a market. */
export interface Accepted {
  /** Trades that were not known, in the order they came. */
  readonly fresh: readonly Trade[];
  /** How many were known. */
  readonly duplicates: number;
  readonly opened: readonly Hole[];
  /** Ids of `fresh` that were missing before. */
  readonly filled: readonly bigint[];
}

export interface ContinuityOptions {
  /** The first and last trade that is stored; without them nothing is. */
  readonly known?: { readonly first: Known; readonly last: Known };
  /** What is missing between them. */
  readonly holes?: readonly Hole[];
  /** False where ids do not count up by one: then only `breakLine` opens holes. */
  readonly contiguous?: boolean;
  /** Most holes that are kept. Default 1,000. */
  readonly maxHoles?: number;
}

/**
 * Which trades of one market are known: all from the first to the last but for the holes. A few intervals say it,
 * however long the history is.
 *
 * When there are as many holes as may be kept, a trade inside one is passed on as fresh but not remembered, and a
 * hole that opens becomes one with the newest, known trades between them included. So the memory errs on one side
 * only: it may call a known trade missing, which is then asked for again and changes nothing; never the reverse.
 */
export class Continuity {
  private firstKnown: Known | null;
  private lastKnown: Known | null;
  private gaps: Hole[];
  private readonly contiguous: boolean;
  private readonly maxHoles: number;
  private broken = false;

  constructor({ known, holes = [], contiguous = true, maxHoles = 1000 }: ContinuityOptions = {}) {
    this.firstKnown = known?.first ?? null;
    this.lastKnown = known?.last ?? null;
    this.gaps = [...holes].sort((a, b) => (a.from < b.from ? -1 : 1));
    this.contiguous = contiguous;
    this.maxHoles = maxHoles;
  }

  get first(): Known | null {
    return this.firstKnown;
  }

  get last(): Known | null {
    return this.lastKnown;
  }

  /** Ascending, permanent ones among them. */
  get holes(): readonly Hole[] {
    return this.gaps;
  }

  /** The next trade does not follow the last one, whatever its id: the line was down. */
  breakLine(): void {
    this.broken = true;
  }

  accept(trades: readonly Trade[]): Accepted {
    const fresh: Trade[] = [];
    const opened: Hole[] = [];
    const filled: bigint[] = [];
    for (const trade of trades) {
      const known = { id: BigInt(trade.tradeId), micros: microsOf(trade.ts) };
      if (this.lastKnown === null || known.id > this.lastKnown.id) {
        const hole = this.append(known);
        if (hole !== null) opened.push(hole);
        fresh.push(trade);
      } else if (this.fill(known)) {
        filled.push(known.id);
        fresh.push(trade);
      }
    }
    return { fresh, duplicates: trades.length - fresh.length, opened, filled };
  }

  /** The exchange says that this is its newest trade. Gives the hole up to and with it, null when it is known. */
  announce(newest: Known): Hole | null {
    const last = this.lastKnown;
    if (last === null || newest.id <= last.id) return null;
    const hole = this.open(last.id + 1n, newest.id, last.micros, Math.max(last.micros, newest.micros));
    this.lastKnown = { id: newest.id, micros: hole.toMicros };
    return hole;
  }

  /** History is wanted from this trade on. Gives the hole from and with it to the first known one. */
  openBefore(start: Known): Hole | null {
    const first = this.firstKnown;
    if (first === null || start.id >= first.id || this.gaps.length >= this.maxHoles) return null;
    const hole = holeOf(start.id, first.id - 1n, start.micros, first.micros);
    this.gaps.unshift(hole);
    this.firstKnown = start;
    return hole;
  }

  /**
   * Nobody looks for what is missing between these ids any more. Gives how many ids that are.
   * @param endMicros time of the trade behind them, where it is known.
   */
  giveUp(from: bigint, to: bigint, endMicros?: number): bigint {
    let given = 0n;
    this.gaps = this.gaps.flatMap((hole) => {
      if (hole.permanent || hole.to < from || hole.from > to) return [hole];
      const start = hole.from > from ? hole.from : from;
      const end = hole.to < to ? hole.to : to;
      given += end - start + 1n;
      const cut = end < hole.to && endMicros !== undefined;
      return [
        ...(start > hole.from ? [{ ...hole, to: start - 1n }] : []),
        { ...hole, from: start, to: end, permanent: true, toMicros: cut ? endMicros : hole.toMicros },
        ...(end < hole.to
          ? [{ ...hole, from: end + 1n, fromMicros: cut ? endMicros : hole.fromMicros }]
          : []),
      ];
    });
    return given;
  }

  /** Holes between these ids are none. For exchanges whose ids do not count up by one. */
  forget(from: bigint, to: bigint): void {
    this.gaps = this.gaps.filter((hole) => hole.from < from || hole.to > to);
  }

  private append(known: Known): Hole | null {
    const last = this.lastKnown;
    this.lastKnown = known;
    this.firstKnown ??= known;
    const { broken } = this;
    this.broken = false;
    if (last === null || known.id === last.id + 1n || (!this.contiguous && !broken)) return null;
    return this.open(last.id + 1n, known.id - 1n, last.micros, known.micros);
  }

  private open(from: bigint, to: bigint, fromMicros: number, toMicros: number): Hole {
    const newest = this.gaps.at(-1);
    if (newest === undefined || this.gaps.length < this.maxHoles) {
      const hole = holeOf(from, to, fromMicros, toMicros);
      this.gaps.push(hole);
      return hole;
    }
    const grown = { ...newest, to, toMicros, permanent: false };
    this.gaps[this.gaps.length - 1] = grown;
    return grown;
  }

  /** Whether the trade was missing. */
  private fill(known: Known): boolean {
    const index = this.indexOf(known.id);
    const hole = this.gaps[index];
    if (hole === undefined || known.id < hole.from) return false;
    const before = { ...hole, to: known.id - 1n, toMicros: known.micros };
    const after = { ...hole, from: known.id + 1n, fromMicros: known.micros };
    const rest = [before, after].filter(({ from, to }) => from <= to);
    if (rest.length < 2 || this.gaps.length < this.maxHoles) this.gaps.splice(index, 1, ...rest);
    return true;
  }

  /** Index of the first hole that ends at or after this id. */
  private indexOf(id: bigint): number {
    let low = 0;
    let high = this.gaps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.gaps[middle] as Hole).to >= id) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function holeOf(from: bigint, to: bigint, fromMicros: number, toMicros: number): Hole {
  return { from, to, fromMicros, toMicros, permanent: false };
}
