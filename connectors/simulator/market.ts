import { BadOption } from '../errors.ts';
import { isoOf, MICROS_PER_MINUTE, MICROS_PER_SECOND } from '../instant.ts';
import type { Heartbeat, Trade } from '../landing.ts';
import type { Instrument } from './instrument.ts';
import { Random } from './random.ts';
import { EXCHANGE, type LedgerEntry, SimulatedSymbol } from './simulatedSymbol.ts';
import { perSecond, Volatility } from './volatility.ts';

export interface MarketOptions {
  /** The same options give the same trades, to the last digit. */
  readonly seed: number;
  /** First instant, milliseconds since the Unix epoch; cut to the whole second. */
  readonly startMs: number;
  readonly instruments: readonly Instrument[];
  /** Long-run mean of trades a second, all markets together. */
  readonly tradesPerSecond: number;
  /** Correlation of returns between markets, 0 to 1. Default 0.6. */
  readonly correlation?: number;
  /** Jumps of the price a day and market, and of all markets at once. Default 3. */
  readonly jumpsPerDay?: number;
  /** Bursts of orders, and quiet spells of minutes in which hardly anything trades. Default true. */
  readonly regimes?: boolean;
  /** Spells of 1 to 10 minutes a day in which the exchange is down: no trades and no heartbeats. Default 1. */
  readonly outagesPerDay?: number;
  /**
   * Planted predictability, for tests of skill. Each second's expected log return is `signal` × its standard deviation
   * × the taker imbalance of the past minutes (mean of buys minus sells over all orders, fading by half each 60 s).
   * Default 0: returns cannot be foreseen, whatever the order flow was. 0.1 is weak, 1 is plain to see.
   */
  readonly signal?: number;
  /**
   * Id of each market's first trade. Default: the start in milliseconds times 1,000, so that a simulation that starts
   * later never repeats an id of one that ran before it (at fewer than a million trades a second).
   */
  readonly firstTradeId?: number;
}

/** One second of all markets. */
export interface SimulatedSecond {
  /** Start of the second, microseconds since the Unix epoch. */
  readonly micros: number;
  /** In order of time; within one market also of id. */
  readonly trades: readonly Trade[];
  /** For the minute that ended with this second, if it was complete. */
  readonly heartbeats: readonly Heartbeat[];
}

/**
 * A made-up exchange, labelled `simulated`: stochastic volatility, jumps, correlated markets, clustered orders with
 * persistent taker sides, bursts, quiet spells and outages. It generates; it neither waits nor writes.
 *
 * @example
 * const market = new SimulatedMarket({ seed: 7, startMs: 0, instruments: instruments(4), tradesPerSecond: 20 });
 * const { trades, heartbeats } = market.next();
 */
export class SimulatedMarket {
  private readonly random: Random;
  private readonly volatility: Volatility;
  private readonly symbols: readonly SimulatedSymbol[];
  private readonly instruments: readonly Instrument[];
  private readonly outageChance: number;
  private readonly jumpChance: number;
  private readonly jumpSize: number;
  private micros: number;
  private outageSeconds = 0;
  /** Seconds of the current minute that were simulated and not in an outage. */
  private goodSeconds = 0;

  constructor(options: MarketOptions) {
    const { seed, instruments, tradesPerSecond, jumpsPerDay = 3, outagesPerDay = 1 } = options;
    if (instruments.length === 0)
      throw new BadOption('There are no markets to simulate;', 'give at least one.');
    if (!(tradesPerSecond > 0))
      throw new BadOption(`${tradesPerSecond} trades a second;`, 'give a rate above 0.');
    const startSecond = Math.floor(options.startMs / 1000);
    const weights = instruments.reduce((sum, instrument) => sum + instrument.weight, 0);
    this.instruments = instruments;
    this.random = new Random(seed, 'market');
    this.volatility = new Volatility(this.random);
    this.micros = startSecond * MICROS_PER_SECOND;
    this.outageChance = outagesPerDay / 86_400;
    this.jumpChance = jumpsPerDay / 86_400;
    this.jumpSize = 30 * perSecond(0.6);
    this.symbols = instruments.map(
      (instrument) =>
        new SimulatedSymbol({
          instrument,
          random: new Random(seed, instrument.symbol),
          tradesPerSecond: (tradesPerSecond * instrument.weight) / weights,
          regimes: options.regimes ?? true,
          firstTradeId: options.firstTradeId ?? startSecond * 1_000_000,
          correlation: options.correlation ?? 0.6,
          jumpsPerDay,
          signal: options.signal ?? 0,
        }),
    );
  }

  /** Start of the next second, microseconds since the Unix epoch. */
  get position(): number {
    return this.micros;
  }

  /** The next second of all markets. */
  next(): SimulatedSecond {
    const { micros } = this;
    const open = this.exchangeIsUp();
    const shock = this.random.normal();
    const shared = {
      move: shock,
      volatility: this.volatility.factor(),
      jump: this.random.chance(this.jumpChance) ? this.jumpSize * this.random.normal() : 0,
    };
    this.volatility.pass(shock);
    const trades = this.trade(
      this.symbols.flatMap((symbol) => repeat(symbol, symbol.beginSecond(shared, open))),
    );
    for (const symbol of this.symbols) symbol.endSecond();
    this.goodSeconds += open ? 1 : 0;
    this.micros += MICROS_PER_SECOND;
    return { micros, trades, heartbeats: this.micros % MICROS_PER_MINUTE === 0 ? this.endMinute() : [] };
  }

  /** Every second up to an instant, milliseconds since the Unix epoch. */
  *until(endMs: number): Generator<SimulatedSecond, void> {
    while (this.micros + MICROS_PER_SECOND <= endMs * 1000) yield this.next();
  }

  /** What was generated so far, by market. */
  ledger(): readonly LedgerEntry[] {
    return this.symbols.map((symbol) => symbol.ledger());
  }

  /** Deals the orders out over the second at random instants. */
  private trade(orders: SimulatedSymbol[]): Trade[] {
    const trades: Trade[] = [];
    shuffle(orders, this.random);
    // Cumulated exponentials over their sum are the order statistics of uniform instants, without sorting.
    const steps = orders.map(() => this.random.exponential());
    const total = steps.reduce((sum, step) => sum + step, 0) + this.random.exponential();
    let passed = 0;
    for (let i = 0; i < orders.length; i++) {
      passed += steps[i] as number;
      const share = passed / total;
      orders[i]?.order(this.micros + Math.floor(share * MICROS_PER_SECOND), share, trades);
    }
    return trades;
  }

  private exchangeIsUp(): boolean {
    if (this.outageSeconds > 0) this.outageSeconds--;
    else if (this.random.chance(this.outageChance)) this.outageSeconds = 60 + this.random.below(540);
    return this.outageSeconds === 0;
  }

  private endMinute(): Heartbeat[] {
    const complete = this.goodSeconds === 60;
    this.goodSeconds = 0;
    if (!complete) return [];
    const minute = isoOf(this.micros - MICROS_PER_MINUTE);
    return this.instruments.map(({ symbol }) => ({ exchange: EXCHANGE, symbol, minute }));
  }
}

function repeat<Item>(item: Item, times: number): Item[] {
  return new Array<Item>(times).fill(item);
}

/** Fisher and Yates. */
function shuffle<Item>(items: Item[], random: Random): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const item = items[i] as Item;
    items[i] = items[j] as Item;
    items[j] = item;
  }
}
