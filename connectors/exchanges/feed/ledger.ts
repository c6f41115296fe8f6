import type { Clock } from '../../../engine/clock.ts';
import { isoOf, microsOf } from '../../instant.ts';
import type { GapStatus, TradeGap } from '../../landing.ts';
import type { Hole } from './continuity.ts';

/** Cause of a hole that is older than the feed goes back for. Its minutes are not complete, unlike those of other permanent holes. */
export const BEYOND_LIMIT = 'backfill limit';

/** Entries with permanent holes that are remembered, in case a trade turns up after all. */
const MAX_ENTRIES = 2000;

interface Entry {
  readonly fromId: bigint;
  toId: bigint;
  readonly fromMicros: number;
  toMicros: number;
  repaired: bigint;
  /** Ids that the exchange does not have. */
  absent: bigint;
  cause: string;
  readonly detectedAt: string;
  closedAt: string | null;
  /** Ids do not count up by one: how many are missing cannot be told from them, only that all is fetched. */
  concluded: boolean;
  /** Counts changes; what is stored is of `storedVersion`. */
  version: number;
  storedVersion: number;
}

export interface LedgerOptions {
  readonly exchange: string;
  readonly symbol: string;
  readonly contiguous: boolean;
  readonly clock: Clock;
  /** Stores rows; resolves when they survive a crash. */
  readonly store: (rows: readonly TradeGap[]) => Promise<void>;
}

/**
 * The holes of one market as rows of `trade_gaps`, one for each hole as it was found.
 *
 * A row is never split by what comes of it: `missing` stays what was missing when it was found, `repaired` counts the
 * ids that were filled since. It ends as repaired when all were, as permanent when the exchange does not have the rest,
 * which are `missing - repaired`. Should one of those turn up later the row counts it, and with the last is repaired.
 * Only the limit of a backfill cuts a hole in two: what lies beyond it is permanent, the rest is a hole of its own.
 */
export class Ledger {
  readonly counts = { repaired: 0, permanent: 0 };
  private readonly options: LedgerOptions;
  /** Ascending by id; they do not overlap. */
  private entries: Entry[] = [];

  constructor(options: LedgerOptions) {
    this.options = options;
  }

  /** Takes over a row that an earlier run stored. @param holes what of it is missing still, permanent or not. */
  restore(row: TradeGap, holes: readonly Hole[]): void {
    const absentIds = holes.filter(({ permanent }) => permanent).reduce(addIds, 0n);
    const missingIds = holes.reduce(addIds, 0n);
    const size = BigInt(row.toId) - BigInt(row.fromId) + 1n;
    const repaired = this.options.contiguous ? size - missingIds : BigInt(row.repaired);
    // A backfill may have fetched meanwhile what was given up.
    const outdated = row.status === 'detected' || repaired !== BigInt(row.repaired);
    this.insert({
      fromId: BigInt(row.fromId),
      toId: BigInt(row.toId),
      fromMicros: microsOf(row.fromTs),
      toMicros: microsOf(row.toTs),
      repaired,
      absent: absentIds,
      cause: row.cause,
      detectedAt: row.detectedAt,
      closedAt: row.closedAt,
      concluded: false,
      version: outdated ? 1 : 0,
      storedVersion: 0,
    });
  }

  /** A hole was found; resolves when its row is stored. No later trade may be written before. */
  async detect(hole: Hole, cause: string): Promise<void> {
    const grown = this.entryOf(hole.from);
    if (grown === undefined) {
      this.insert({
        fromId: hole.from,
        toId: hole.to,
        fromMicros: hole.fromMicros,
        toMicros: hole.toMicros,
        repaired: 0n,
        absent: 0n,
        cause,
        detectedAt: this.now(),
        closedAt: null,
        concluded: false,
        version: 1,
        storedVersion: 0,
      });
    } else {
      Object.assign(grown, { toId: hole.to, toMicros: hole.toMicros, closedAt: null });
      grown.version++;
    }
    const entry = this.entryOf(hole.from);
    if (entry !== undefined) await this.storeAll([entry]);
  }

  /** These missing ids are here. They must have been handed to the writer. */
  fill(ids: readonly bigint[]): void {
    for (const id of ids) {
      const entry = this.entryOf(id);
      if (entry === undefined) continue;
      const open = sizeOf(entry) - entry.repaired - entry.absent;
      if (open > 0n || this.options.contiguous === false) entry.repaired++;
      else if (entry.absent > 0n) {
        entry.absent--;
        entry.repaired++;
        this.counts.permanent--;
      }
      this.counts.repaired++;
      this.changed(entry);
    }
  }

  /** The exchange does not have these ids, so many of them missing. */
  giveUp(from: bigint, ids: bigint): void {
    const entry = this.entryOf(from);
    if (entry === undefined) return;
    entry.absent += ids;
    this.counts.permanent += Number(ids);
    this.changed(entry);
  }

  /** What there is between these ids was fetched. For exchanges whose ids do not count up by one. */
  conclude(from: bigint): void {
    const entry = this.entryOf(from);
    if (entry === undefined) return;
    entry.concluded = true;
    this.changed(entry);
  }

  /**
   * Cuts a hole before this id: what is missing before it, so many ids, lies beyond the limit and stays missing.
   * Resolves when both rows are stored.
   */
  async cutBefore(id: bigint, micros: number, absent: bigint): Promise<void> {
    const entry = this.entryOf(id - 1n);
    if (entry === undefined) return;
    const repaired = id - entry.fromId - absent;
    const rest: Entry = {
      ...entry,
      fromId: id,
      fromMicros: micros,
      repaired: entry.repaired - repaired,
      version: 1,
      storedVersion: 0,
    };
    const all = entry.toId < id;
    Object.assign(entry, { toId: id - 1n, toMicros: micros, absent, repaired, cause: BEYOND_LIMIT });
    this.counts.permanent += Number(absent);
    this.changed(entry);
    if (!all) this.insert(rest);
    await this.storeAll(all ? [entry] : [entry, rest]);
  }

  causeOf(id: bigint): string | null {
    return this.entryOf(id)?.cause ?? null;
  }

  /** Whether rows wait to be stored. */
  get dirty(): boolean {
    return this.entries.some((entry) => entry.version > entry.storedVersion);
  }

  /** Whether a hole has come to its end and its row does not say so yet. */
  get closing(): boolean {
    return this.entries.some((entry) => entry.version > entry.storedVersion && entry.closedAt !== null);
  }

  /** Stores what changed, after `flushed` resolved: rows never speak of trades that a crash could take back. */
  async settle(flushed: () => Promise<void>): Promise<void> {
    const changed = this.entries
      .filter((entry) => entry.version > entry.storedVersion)
      .map((entry) => ({ entry, version: entry.version }));
    if (changed.length === 0) return;
    await flushed();
    // What changed meanwhile has its own turn.
    await this.storeAll(
      changed.filter(({ entry, version }) => entry.version === version).map(({ entry }) => entry),
    );
    this.dropOld();
  }

  private async storeAll(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const versions = entries.map((entry) => entry.version);
    await this.options.store(entries.map((entry) => this.rowOf(entry)));
    entries.forEach((entry, index) => {
      entry.storedVersion = Math.max(entry.storedVersion, versions[index] ?? 0);
    });
  }

  private changed(entry: Entry): void {
    entry.version++;
    const over = entry.concluded || entry.repaired + entry.absent >= sizeOf(entry);
    if (over) entry.closedAt ??= this.now();
  }

  private rowOf(entry: Entry): TradeGap {
    const { exchange, symbol, contiguous } = this.options;
    return {
      exchange,
      symbol,
      fromId: entry.fromId.toString(),
      toId: entry.toId.toString(),
      fromTs: isoOf(entry.fromMicros),
      toTs: isoOf(entry.toMicros),
      missing: Number(contiguous ? sizeOf(entry) : entry.repaired),
      repaired: Number(entry.repaired),
      status: statusOf(entry),
      cause: entry.cause,
      detectedAt: entry.detectedAt,
      closedAt: entry.closedAt,
    };
  }

  private now(): string {
    return isoOf(this.options.clock.now() * 1000);
  }

  private insert(entry: Entry): void {
    const index = this.indexOf(entry.fromId);
    this.entries.splice(index, 0, entry);
    if (entry.closedAt === null) this.changed(entry);
  }

  private entryOf(id: bigint): Entry | undefined {
    const entry = this.entries[this.indexOf(id)];
    return entry !== undefined && entry.fromId <= id ? entry : undefined;
  }

  /** Index of the first entry that ends at or after this id. */
  private indexOf(id: bigint): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.entries[middle] as Entry).toId >= id) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Forgets what is repaired, and the oldest of what is permanent. */
  private dropOld(): void {
    const stored = (entry: Entry): boolean =>
      entry.closedAt !== null && entry.version === entry.storedVersion;
    const kept = this.entries.filter((entry) => !stored(entry) || entry.absent > 0n);
    let tooMany = kept.length - MAX_ENTRIES;
    this.entries = kept.filter((entry) => tooMany-- <= 0 || !stored(entry));
  }
}

function sizeOf({ fromId, toId }: Entry): bigint {
  return toId - fromId + 1n;
}

function addIds(sum: bigint, { from, to }: Hole): bigint {
  return sum + (to - from + 1n);
}

function statusOf(entry: Entry): GapStatus {
  if (entry.closedAt === null) return 'detected';
  return entry.absent > 0n ? 'permanent' : 'repaired';
}
