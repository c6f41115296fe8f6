import type { Clock } from '../../../engine/clock.ts';
import { MICROS_PER_MINUTE } from '../../instant.ts';
import { minuteOf } from './completeness.ts';
import type { Known } from './continuity.ts';
import { type HistoryReader, isTheExchanges, type PastTrade } from './historyReader.ts';

/** A snapshot or a first trade is waited for so long before the history is asked for the newest one, in milliseconds. */
const FIRST_TRADE_MS = 3000;
const RETRY_MS = 10_000;
/** Minutes before the first trade that are fetched at least, so that no candle begins in the middle. */
const LEAST_HISTORY_MINUTES = 10;

export interface BeginningOptions {
  readonly reader: HistoryReader;
  readonly clock: Clock;
  readonly historyHours: number;
  /** Nothing of the market was stored. */
  readonly isNew: boolean;
  /** The first and the last trade that are known by now. */
  readonly known: () => { readonly first: Known | null; readonly last: Known | null };
  readonly take: (trades: readonly PastTrade[]) => Promise<void>;
  /** The history is wanted from this trade on. */
  readonly openBefore: (start: Known) => Promise<void>;
}

/** Finds where a market's history is to begin, once in the life of a feed. */
export class Beginning {
  /** Why it is not found yet, for people. */
  trouble: string | null = null;
  private readonly options: BeginningOptions;
  private readonly traded = new AbortController();

  constructor(options: BeginningOptions) {
    this.options = options;
  }

  /** A trade came. */
  nudge(): void {
    this.traded.abort();
  }

  /** Until it is found or the signal aborts. @throws what landing throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.options;
    await clock.sleep(FIRST_TRADE_MS, AbortSignal.any([signal, this.traded.signal]));
    while (!signal.aborted) {
      try {
        if (this.options.known().last === null) await this.fetchNewest();
        const found = await this.find();
        this.trouble = null;
        if (found) return;
      } catch (error) {
        if (signal.aborted) return;
        if (!isTheExchanges(error)) throw error;
        this.trouble = error.message;
      }
      await clock.sleep(RETRY_MS, signal);
    }
  }

  /** A market in which nothing trades just now has a last trade all the same. */
  private async fetchNewest(): Promise<void> {
    const newest = (await this.options.reader.latest()).at(-1);
    if (newest !== undefined && this.options.known().last === null) await this.options.take([newest]);
  }

  /** Whether the history begins early enough, or is on its way. False while nothing is known of the market. */
  private async find(): Promise<boolean> {
    const { reader, historyHours, isNew } = this.options;
    const { first, last } = this.options.known();
    if (first === null || last === null) return false;
    const minutes = Math.max(historyHours * 60, LEAST_HISTORY_MINUTES);
    const wanted = minuteOf(last.micros) - Math.round(minutes);
    // A snapshot may reach further back than that, and begin in the middle of a minute.
    const since = (isNew ? Math.min(wanted, minuteOf(first.micros)) : wanted) * MICROS_PER_MINUTE;
    if (first.micros < since) return true;
    const start = await reader.firstSince(since, first);
    if (start !== null && start.id < first.id) await this.options.openBefore(start);
    return true;
  }
}
