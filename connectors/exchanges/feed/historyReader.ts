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
    let late = after;
    let early: Known | null = null;
    let lowest = -1n;
    let step = BigInt(this.pageSize);
    for (let steps = 0; steps < MAX_STEPS && late.id - lowest > 1n; steps++) {
      const guess = this.guess({ micros, late, early, lowest, step, halve: steps % 3 === 2 });
      step *= 4n;
      const page = (await this.from({ tradeId: guess.toString(), micros: 0 })).filter(
        ({ id }) => id < late.id,
      );
      const first = page.findIndex((trade) => trade.micros >= micros);
      const found = page[first];
      const before = page[first < 0 ? page.length - 1 : first - 1];
      if (before !== undefined && before.id > lowest) {
        early = known(before);
        lowest = before.id;
      }
      // Ids that were never given: nothing begins there.
      if (before === undefined && guess > lowest && (found === undefined || guess < found.id)) lowest = guess;
      if (found !== undefined) late = known(found);
      if (found !== undefined && before !== undefined) return late;
    }
    if (late.id - lowest <= 1n) return late;
    throw new ExchangeUnreachable(
      `${MAX_STEPS} questions did not tell where ${this.symbol} was at ${isoOf(micros)}.`,
      'It is asked again later.',
    );
  }

  private guess(search: {
    readonly micros: number;
    readonly late: Known;
    readonly early: Known | null;
    readonly lowest: bigint;
    readonly step: bigint;
    readonly halve: boolean;
  }): bigint {
    const { micros, late, early, lowest, step, halve } = search;
    const middle = lowest + (late.id - lowest) / 2n;
    const within = (id: bigint): bigint => (id > lowest && id < late.id ? id : middle);
    if (early === null) return within(late.id - step);
    const span = late.id - early.id;
    if (halve || late.micros === early.micros) return within(early.id + span / 2n);
    const share = (micros - early.micros) / (late.micros - early.micros);
    // A little before, so that the page has the place in it and not behind it.
    const offset = BigInt(Math.floor(Number(span) * share)) - BigInt(this.pageSize >> 1);
    return within(early.id + (offset < 0n ? 0n : offset));
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

function known({ id, micros }: Known): Known {
  return { id, micros };
}

/** Whether asking failed on the exchange's side: away, busy, or saying what nobody can read. All of that may pass. */
export function isTheExchanges(error: unknown): error is ExchangeRefused | ExchangeUnreachable | BadField {
  return (
    error instanceof ExchangeRefused || error instanceof ExchangeUnreachable || error instanceof BadField
  );
}
