import { MICROS_PER_MINUTE } from '../../instant.ts';
import type { Place } from '../exchange.ts';
import { minuteOf } from './completeness.ts';
import type { Hole } from './continuity.ts';
import type { HistoryReader, PastTrade } from './historyReader.ts';

/** Trades of an unfinished minute that are held back at most. */
const MAX_HELD = 100_000;

/** Ids that a page passed over: trades before and after them were on it. */
export interface Absent {
  readonly from: bigint;
  readonly to: bigint;
}

export interface WalkOptions {
  readonly reader: HistoryReader;
  readonly hole: Hole;
  /** Takes trades of the hole, ascending by id. */
  readonly take: (trades: readonly PastTrade[]) => Promise<void>;
  /** Asked between pages: whether something else is more urgent. */
  readonly interrupted: () => boolean;
}

export interface Walked {
  /** Null when the walk came to its end. `behind`: the history does not reach to the hole's end yet. */
  readonly stopped: 'behind' | 'interrupted' | null;
  readonly absent: readonly Absent[];
}

/**
 * Reads a hole's trades from the history, from its beginning to the trade behind it. Only whole minutes are given on:
 * the last minute of a page waits for the next page, because a candle of half a minute's trades would be wrong for as
 * long as the next page takes. Each page begins with the last trade of the one before, so nothing falls between them.
 */
export async function walkHole({ reader, hole, take, interrupted }: WalkOptions): Promise<Walked> {
  const absent: Absent[] = [];
  let held: PastTrade[] = [];
  const cursor = new Cursor(reader, hole);
  for (;;) {
    const page = await reader.from(cursor.place);
    absent.push(...passedOver(page, hole), ...cursor.skippedBefore(page));
    held.push(...page.filter(({ id }) => id >= hole.from && id <= hole.to && id > cursor.seen));
    const passed = page.some(({ id }) => id > hole.to);
    const stopped = passed ? null : cursor.advance(page) ? undefined : 'behind';
    const whole = stopped === undefined && held.length < MAX_HELD ? wholeMinutes(held) : held;
    held = held.slice(whole.length);
    if (whole.length > 0) await take(whole);
    if (stopped !== undefined) return { stopped, absent };
    if (interrupted()) return { stopped: 'interrupted', absent };
  }
}

/**
 * Reads the trades of the minute in which a hole ends, from the start of that minute on, so that the present candle is
 * right long before a long hole is filled.
 */
export async function walkLastMinute({ reader, hole, take }: WalkOptions): Promise<void> {
  const start = minuteOf(hole.toMicros) * MICROS_PER_MINUTE;
  const first = await reader.firstSince(start, { id: hole.to + 1n, micros: hole.toMicros });
  if (first === null || first.id <= hole.from || first.id > hole.to) return;
  const tail = { ...hole, from: first.id, fromMicros: first.micros };
  await walkHole({ reader, hole: tail, take, interrupted: () => false });
}

class Cursor {
  place: Place;
  /** Highest id of the pages before. */
  seen: bigint;
  private stuck = 0;
  private skipped = false;
  private readonly reader: HistoryReader;
  private readonly end: bigint;

  constructor(reader: HistoryReader, hole: Hole) {
    this.reader = reader;
    this.end = hole.to;
    this.seen = hole.from - 1n;
    // The trade before the hole: it shows that the page begins early enough.
    const before = hole.from > 0n ? hole.from - 1n : hole.from;
    this.place = { tradeId: before.toString(), micros: hole.fromMicros };
  }

  /** After a skip, the ids between what was seen and what comes now are none. */
  skippedBefore(page: readonly PastTrade[]): readonly Absent[] {
    const next = page.find(({ id }) => id > this.seen);
    if (!this.skipped || next === undefined || next.id === this.seen + 1n) return [];
    return [{ from: this.seen + 1n, to: next.id - 1n }];
  }

  /** Moves behind a page; false when the history ends with it. */
  advance(page: readonly PastTrade[]): boolean {
    const last = page.at(-1);
    if (last !== undefined && last.id > this.seen) {
      this.seen = last.id;
      this.stuck = 0;
      this.skipped = false;
      this.place = { tradeId: last.id.toString(), micros: last.micros };
      return true;
    }
    this.skipped = true;
    return this.reader.addressedBy === 'id' ? this.skipIds() : this.skipInstant(page);
  }

  /** A page's worth of ids without a trade: they may never have been given. */
  private skipIds(): boolean {
    const at = BigInt(this.place.tradeId ?? 0);
    if (at > this.end) return false;
    const next = at + BigInt(this.reader.pageSize) - 1n;
    this.place = { ...this.place, tradeId: (next > this.end ? this.end + 1n : next).toString() };
    return true;
  }

  /** A full page of one instant: what more there is of it cannot be asked for. */
  private skipInstant(page: readonly PastTrade[]): boolean {
    const last = page.at(-1);
    if (last === undefined || page.length < this.reader.pageSize) return false;
    this.stuck++;
    this.place = { tradeId: last.id.toString(), micros: last.micros + this.stuck };
    return true;
  }
}

function passedOver(page: readonly PastTrade[], hole: Hole): readonly Absent[] {
  return page.flatMap(({ id }, index) => {
    const next = page[index + 1];
    if (next === undefined || next.id === id + 1n || next.id <= hole.from || id >= hole.to) return [];
    return [{ from: id + 1n, to: next.id - 1n }];
  });
}

/** The trades before the last minute that has any. */
function wholeMinutes(trades: readonly PastTrade[]): PastTrade[] {
  const last = trades.at(-1);
  if (last === undefined) return [];
  const minute = minuteOf(last.micros);
  const end = trades.findIndex(({ micros }) => minuteOf(micros) === minute);
  return trades.slice(0, end);
}
