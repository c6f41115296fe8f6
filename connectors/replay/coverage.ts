import { isoOf, MICROS_PER_MINUTE } from '../instant.ts';
import type { Heartbeat } from '../landing.ts';

/** A trade as far as coverage is concerned. */
export interface Seen {
  readonly exchange: string;
  readonly symbol: string;
  readonly tradeId: string | null;
}

/** An unbroken stretch of one market, from its first trade on. */
interface Stretch {
  readonly market: { readonly exchange: string; readonly symbol: string };
  readonly files: Set<number>;
  last: number;
  lastId: string | null;
  /** Start of the next minute that has no heartbeat yet. */
  nextMinute: number;
}

/**
 * Which minutes of which markets the files cover from end to end. A file covers the time from a market's first trade
 * in it to the file's last trade; one file goes on where another ended when they overlap or when the first id of the
 * one follows the last id of the other. Minutes cut by the edge of a stretch are not claimed to be complete.
 */
export class Coverage {
  private readonly stretches = new Map<string, Stretch>();
  private readonly ended = new Set<number>();
  private readonly lateness: number;

  /** @param latenessMicros how long after its end a minute may still get trades. */
  constructor(latenessMicros: number) {
    this.lateness = latenessMicros;
  }

  /** Notes a trade at a time in microseconds since the Unix epoch; gives the heartbeats of the stretch that it shows to have ended. */
  see(file: number, trade: Seen, micros: number): Heartbeat[] {
    const key = `${trade.exchange} ${trade.symbol}`;
    const stretch = this.stretches.get(key);
    if (stretch === undefined || !this.continues(stretch, file, trade, micros)) {
      this.stretches.set(key, {
        market: { exchange: trade.exchange, symbol: trade.symbol },
        files: new Set([file]),
        last: micros,
        lastId: trade.tradeId,
        nextMinute: Math.ceil(micros / MICROS_PER_MINUTE) * MICROS_PER_MINUTE,
      });
      return stretch === undefined ? [] : beats(stretch, stretch.last);
    }
    stretch.files.add(file);
    if (micros >= stretch.last) {
      stretch.last = micros;
      stretch.lastId = trade.tradeId;
    }
    return [];
  }

  /** Notes a trade that an earlier run has stored, with the heartbeats of the minutes before it. */
  remember(file: number, trade: Seen, micros: number): void {
    this.see(file, trade, micros);
    const stretch = this.stretches.get(`${trade.exchange} ${trade.symbol}`);
    if (stretch === undefined) return;
    // The last minutes may not have been beaten yet; beating twice changes nothing.
    const margin = this.lateness + 2 * MICROS_PER_MINUTE;
    const from = Math.floor((micros - margin) / MICROS_PER_MINUTE) * MICROS_PER_MINUTE;
    stretch.nextMinute = Math.max(stretch.nextMinute, from);
  }

  /** The file has no more trades. */
  end(file: number): void {
    this.ended.add(file);
  }

  /** Heartbeats of the minutes that are over, lateness included, once event time has come to `micros`. */
  advance(micros: number): Heartbeat[] {
    const all: Heartbeat[] = [];
    for (const stretch of this.stretches.values()) {
      const alive = this.alive(stretch);
      all.push(
        ...beats(
          stretch,
          Math.min(alive && Number.isFinite(micros) ? micros : stretch.last, micros - this.lateness),
        ),
      );
    }
    return all;
  }

  private continues(stretch: Stretch, file: number, trade: Seen, micros: number): boolean {
    return (
      stretch.files.has(file) ||
      this.alive(stretch) ||
      micros <= stretch.last ||
      (trade.tradeId !== null &&
        stretch.lastId !== null &&
        BigInt(stretch.lastId) + 1n === BigInt(trade.tradeId))
    );
  }

  private alive(stretch: Stretch): boolean {
    for (const file of stretch.files) if (!this.ended.has(file)) return true;
    return false;
  }
}

/** The minutes that end by the limit, in order; they are then done. */
function beats(stretch: Stretch, limit: number): Heartbeat[] {
  const found: Heartbeat[] = [];
  for (; stretch.nextMinute + MICROS_PER_MINUTE <= limit; stretch.nextMinute += MICROS_PER_MINUTE) {
    found.push({ ...stretch.market, minute: isoOf(stretch.nextMinute) });
  }
  return found;
}
