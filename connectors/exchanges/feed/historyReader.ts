import type { Clock } from '../../../engine/clock.ts';
import { BadField, ExchangeRefused, ExchangeUnreachable } from '../../errors.ts';
import { isoOf, microsOf } from '../../instant.ts';
import type { Trade } from '../../landing.ts';
import type { Exchange, Place } from '../exchange.ts';
import type { RestClient } from '../rest/restClient.ts';
import type { Known } from './continuity.ts';

/** A trade of a page, with what is asked of it again and again. */
export interface PastTrade extends Known {
  readonly trade: Trade;
}

/** Questions after which the search for a time is given up; a range of 2 ** 63 ids takes no more by halves. */
const MAX_STEPS = 80;

export interface HistoryReaderOptions {
  readonly exchange: Exchange;
  readonly client: Pick<RestClient, 'getRead'>;
  readonly symbol: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** One market's past trades, a page at a time. Each method throws what RestClient and History do. */
export class HistoryReader {
  readonly symbol: string;
  readonly pageSize: number;
  readonly addressedBy: 'id' | 'time';
  private readonly options: HistoryReaderOptions;

  constructor(options: HistoryReaderOptions) {
    this.options = options;
    this.symbol = options.symbol;
    this.pageSize = options.exchange.history.pageSize;
    this.addressedBy = options.exchange.history.addressedBy;
  }

  /** The page that begins at this place, ascending by id. */
  from(place: Place): Promise<readonly PastTrade[]> {
    return this.read(this.options.exchange.history.from(this.symbol, place));
  }

  /** The newest page. */
  latest(): Promise<readonly PastTrade[]> {
    return this.read(this.options.exchange.history.latest(this.symbol));
  }

  /**
   * The first trade at or after an instant, null when there is none.
   * @param after a trade that may be the answer or comes after it.
   */
  async firstSince(micros: number, after: Known): Promise<Known | null> {
    if (after.micros < micros) return null;
    if (this.addressedBy === 'id') return this.searchById(micros, after);
    const page = await this.from({ tradeId: null, micros });
    const first = page.find((trade) => trade.micros >= micros);
    return first === undefined || first.id > after.id ? after : known(first);
  }

  /** Steps back from the known trade, each four times as far, until one is early enough; then by where the time should lie. */
  private async searchById(micros: number, after: Known): Promise<Known> {
    const search: Search = { micros, late: after, high: after.id, early: null, low: -1n };
    for (let steps = 0; search.high - search.low > 1n; steps++) {
      if (steps === MAX_STEPS) throw this.lost(micros);
      const guess = this.guess(search, steps);
      const found = look(search, guess, await this.from({ tradeId: guess.toString(), micros: 0 }));
      if (found !== null) return found;
    }
    return search.late;
  }

  private guess({ micros, late, high, early, low }: Search, steps: number): bigint {
    const middle = low + (high - low) / 2n;
    const within = (id: bigint): bigint => (id > low && id < high ? id : middle);
    if (early === null) return within(high - BigInt(this.pageSize) * 4n ** BigInt(steps));
    const span = late.id - early.id;
    if (steps % 3 === 2 || late.micros === early.micros) return middle;
    const share = (micros - early.micros) / (late.micros - early.micros);
    // A little before, so that the page has the place in it and not behind it.
    const offset = BigInt(Math.floor(Number(span) * share)) - BigInt(this.pageSize >> 1);
    return within(early.id + (offset < 1n ? 1n : offset));
  }

  private lost(micros: number): ExchangeUnreachable {
    return new ExchangeUnreachable(
      `${MAX_STEPS} questions did not tell where ${this.symbol} was at ${isoOf(micros)}.`,
      'It is asked again later.',
    );
  }

  private read(path: string): Promise<readonly PastTrade[]> {
    const { exchange, client, clock, signal } = this.options;
    return client.getRead(
      path,
      (body) =>
        exchange.history
          .read(body, this.symbol, isoOf(clock.now() * 1000))
          .map((trade) => ({ trade, id: BigInt(trade.tradeId), micros: microsOf(trade.ts) })),
      signal,
    );
  }
}

/** A search for the first trade since a time. */
interface Search {
  readonly micros: number;
  /** The earliest trade seen that is late enough, and the lowest id from which on there is none before it. */
  late: Known;
  high: bigint;
  /** The latest seen that is too early. */
  early: Known | null;
  /** What has this id or a lower one is too early. */
  low: bigint;
}

/** Takes the page that begins at the guess into account; gives the trade when it is found. */
function look(search: Search, guess: bigint, page: readonly PastTrade[]): Known | null {
  const below = page.filter(({ id }) => id < search.late.id);
  const first = below.findIndex(({ micros }) => micros >= search.micros);
  const [oldest, newest] = [below[0], below.at(-1)];
  if (page.length === 0) {
    // Pages that end before an id are empty where no trade is so old.
    search.low = guess;
  } else if (oldest === undefined || newest === undefined) {
    search.high = guess;
  } else if (first > 0) {
    return known(below[first] ?? oldest);
  } else if (first === 0) {
    search.late = known(oldest);
    search.high = guess < oldest.id ? guess : oldest.id;
  } else {
    if (below.length < page.length) return search.late;
    search.early = known(newest);
    // A page may be filled up with older trades where there are none at the guess.
    search.low = newest.id > guess ? newest.id : guess;
  }
  return null;
}

function known({ id, micros }: Known): Known {
  return { id, micros };
}

/** Whether asking failed on the exchange's side: away, busy, or saying what nobody can read. All of that may pass. */
export function isTheExchanges(error: unknown): error is ExchangeRefused | ExchangeUnreachable | BadField {
  return (
    error instanceof ExchangeRefused || error instanceof ExchangeUnreachable || error instanceof BadField
  );
}
