import { LimitReached } from '../errors.ts';

/** Distinct times per market within which rows may be out of order and still be counted together. */
const REMEMBERED = 20_000;
/** Rows behind those are counted apart, from here on. */
const LATE_BASE = 500;
const MAX_LATE = 1_000_000;

/**
 * Made-up trade ids, for layouts that have none: `microseconds × 1000 + n`, where n counts the rows of the same market
 * and microsecond in the order of the file, from 0. The same file gives the same ids again, files that overlap give
 * the overlap the same ids, ids grow with time, and within one instant they keep the file's order, which decides open
 * and close. The price: a file must not be cut in the middle of an instant (of a second, where times are in seconds).
 */
export class Sequence {
  /** Two generations, so that forgetting is dropping a map. */
  private young = new Map<number, number>();
  private old = new Map<number, number>();
  private readonly late = new Map<number, number>();
  private youngest = Number.NEGATIVE_INFINITY;
  private oldLatest = Number.NEGATIVE_INFINITY;
  /** At and before this time, counts have been forgotten. */
  private forgotten = Number.NEGATIVE_INFINITY;

  /** How many rows of this microsecond came before this one. */
  next(micros: number): number {
    const known = this.young.get(micros) ?? this.old.get(micros);
    if (known === undefined && micros <= this.forgotten) return this.nextLate(micros);
    const count = known ?? 0;
    this.young.set(micros, count + 1);
    if (micros > this.youngest) this.youngest = micros;
    if (this.young.size >= REMEMBERED) {
      this.forgotten = Math.max(this.forgotten, this.oldLatest);
      this.oldLatest = this.youngest;
      this.old = this.young;
      this.young = new Map();
    }
    return count;
  }

  private nextLate(micros: number): number {
    const count = this.late.get(micros) ?? LATE_BASE;
    this.late.set(micros, count + 1);
    if (this.late.size > MAX_LATE) {
      throw new LimitReached(
        `More than ${MAX_LATE} rows are far out of order, and the file has no trade ids to tell them apart.`,
        'Sort the file by time first.',
      );
    }
    return count;
  }
}

/** The id of the n-th trade of a microsecond. */
export function madeUpId(micros: number, n: number): string {
  if (n < 1000) return `${micros}${String(n).padStart(3, '0')}`;
  return String(BigInt(micros) * 1000n + BigInt(n));
}
