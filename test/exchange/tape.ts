import { isoOf, microsOf } from '../../connectors/instant.ts';
import type { Trade } from '../../connectors/landing.ts';
import { instruments } from '../../connectors/simulator/instrument.ts';
import { SimulatedMarket } from '../../connectors/simulator/market.ts';

/** One trade that the exchange made. */
export interface MadeTrade {
  /** What must land, but for `receivedAt`. */
  readonly row: Trade;
  readonly id: number;
  readonly micros: number;
  /** Never sent on the socket; REST has it. */
  readonly hidden: boolean;
}

/** Ids that the exchange never gave to a trade. */
export interface SkippedIds {
  readonly fromId: number;
  readonly toId: number;
}

/** All that happened to one market. */
export class MarketTape {
  readonly symbol: string;
  /** In order of id and of time. */
  readonly trades: MadeTrade[] = [];
  readonly skipped: SkippedIds[] = [];
  /** Whether it trades at all: a delisted market makes no trades and is unknown to everybody who asks. */
  listed = true;
  /** How many of the next trades are kept off the socket. */
  toHide = 0;
  /** How many ids are left out before the next trade. */
  toSkip = 0;
  nextId: number;

  constructor(symbol: string, firstId: number) {
    this.symbol = symbol;
    this.nextId = firstId;
  }

  make(row: Trade, micros: number): MadeTrade {
    if (this.toSkip > 0) {
      this.skipped.push({ fromId: this.nextId, toId: this.nextId + this.toSkip - 1 });
      this.nextId += this.toSkip;
      this.toSkip = 0;
    }
    const hidden = this.toHide > 0;
    if (hidden) this.toHide--;
    const id = this.nextId++;
    const made = { row: { ...row, tradeId: String(id) }, id, micros, hidden };
    this.trades.push(made);
    return made;
  }

  /** Index of the first trade at or after an instant. */
  indexAt(micros: number): number {
    return firstIndex(this.trades, (trade) => trade.micros >= micros);
  }

  /** Index of the first trade whose id is at least this. */
  indexOf(id: number): number {
    return firstIndex(this.trades, (trade) => trade.id >= id);
  }
}

export interface TapeOptions {
  readonly seed: number;
  /** As rows carry it. */
  readonly exchange: string;
  /** Name of the market that the simulator calls `BTC/USD`. */
  readonly symbolOf: (base: string) => string;
  readonly markets: number;
  /** Of all markets together. */
  readonly tradesPerSecond: number;
  /** Start of the history, milliseconds since the Unix epoch. */
  readonly startMs: number;
  /** Times are cut to this many microseconds: 1, or 1,000 where the exchange counts milliseconds. */
  readonly precisionMicros: number;
}

/**
 * Time and sales of a made-up exchange: the market simulator's trades with the exchange's own ids. It is the ledger
 * that everything else is held against.
 */
export class Tape {
  readonly markets: readonly MarketTape[];
  /** Nothing trades: maintenance. */
  halted = false;
  /** When it was put to rest for good, in microseconds since the Unix epoch: no trades after that. */
  restedAt = Number.POSITIVE_INFINITY;
  /** Seconds to come in which all trades of a market bear one time. */
  sameInstantSeconds = 0;
  private readonly options: TapeOptions;
  private readonly market: SimulatedMarket;
  private readonly bySource: ReadonlyMap<string, MarketTape>;
  private coming: { readonly row: Trade; readonly micros: number }[] = [];
  private micros: number;

  constructor(options: TapeOptions) {
    const sources = instruments(options.markets);
    this.options = options;
    this.market = new SimulatedMarket({
      seed: options.seed,
      startMs: options.startMs,
      instruments: sources,
      tradesPerSecond: options.tradesPerSecond,
      outagesPerDay: 0,
    });
    this.micros = this.market.position;
    this.markets = sources.map(
      ({ symbol }, index) =>
        new MarketTape(options.symbolOf(symbol.split('/')[0] ?? symbol), 1_000 * (index + 1)),
    );
    this.bySource = new Map(sources.map(({ symbol }, index) => [symbol, this.markets[index] as MarketTape]));
  }

  /** How far the exchange's time has come, microseconds since the Unix epoch. It never goes back. */
  get position(): number {
    return this.micros;
  }

  /** No more trades; time goes on. */
  rest(): void {
    this.restedAt = this.micros;
  }

  find(symbol: string): MarketTape | undefined {
    return this.markets.find((market) => market.symbol === symbol);
  }

  /** Lets time pass and gives what was traded meanwhile. */
  advance(toMicros: number): readonly MadeTrade[] {
    while (this.market.position <= toMicros) this.nextSecond();
    this.micros = Math.max(this.micros, toMicros);
    const due = firstIndex(this.coming, (trade) => trade.micros > this.micros);
    return this.coming.splice(0, due).flatMap(({ row, micros }) => {
      const market = this.bySource.get(row.symbol);
      if (market === undefined || this.halted || !market.listed || micros > this.restedAt) return [];
      return [market.make({ ...row, exchange: this.options.exchange, symbol: market.symbol }, micros)];
    });
  }

  private nextSecond(): void {
    const { precisionMicros } = this.options;
    const second = this.market.next();
    const together = this.sameInstantSeconds > 0;
    if (together) this.sameInstantSeconds--;
    for (const trade of second.trades) {
      const exact = microsOf((together ? second.trades[0] : trade)?.ts ?? trade.ts);
      const micros = exact - (exact % precisionMicros);
      const ts = isoOf(micros);
      this.coming.push({ row: { ...trade, ts, receivedAt: ts }, micros });
    }
  }
}

/** Index of the first item for which the test holds; the test must hold for all after it. */
function firstIndex<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(items[middle] as Item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
