import { isoOf } from '../instant.ts';
import type { Trade } from '../landing.ts';
import { decimalsOf, decimalText, type Instrument } from './instrument.ts';
import { NEXT_FILL, OrderFlow } from './orderFlow.ts';
import type { Random } from './random.ts';
import { perSecond, Volatility } from './volatility.ts';

export const EXCHANGE = 'simulated';

/** Half of the spread between best bid and best ask, as a share of the price, at least half a tick. */
const HALF_SPREAD = 0.00005;
/** Spread of the logarithm of trade sizes. */
const SIZE_SPREAD = 1.4;

/** What happened to a market so far, by the generator's own count: tests compare what landed with it. */
export interface LedgerEntry {
  readonly symbol: string;
  /** Ids are contiguous from first to last; no trade yet when trades is 0. */
  readonly firstTradeId: number;
  readonly lastTradeId: number;
  readonly trades: number;
  /** Sum of quantities in base currency, decimal text. */
  readonly volume: string;
}

/** What the markets of one exchange share in one second. */
export interface SharedSecond {
  /** Standard normal move of the whole market. */
  readonly move: number;
  /** Factor on its standard deviation: all markets grow restless together. */
  readonly volatility: number;
  /** Log return of a jump of the whole market, mostly 0. */
  readonly jump: number;
}

export interface SymbolOptions {
  readonly instrument: Instrument;
  readonly random: Random;
  readonly tradesPerSecond: number;
  readonly regimes: boolean;
  readonly firstTradeId: number;
  /** Correlation of this market's returns with any other's, 0 to 1. */
  readonly correlation: number;
  readonly jumpsPerDay: number;
  /** Planted predictability; see MarketOptions.signal. */
  readonly signal: number;
}

/** One market of the simulation: a price that moves every second, and the orders that come while it does. */
export class SimulatedSymbol {
  private readonly options: SymbolOptions;
  private readonly random: Random;
  private readonly volatility: Volatility;
  private readonly flow: OrderFlow;
  private readonly priceDecimals: number;
  private readonly lotDecimals: number;
  private readonly deviation: number;
  /** Natural logarithm of the middle price in ticks. */
  private logMiddle: number;
  private from: number;
  private move = 0;
  private buyChance = 0.5;
  private netOrders = 0;
  private ordersDone = 0;
  private nextTradeId: number;
  private lots = 0n;

  constructor(options: SymbolOptions) {
    const { instrument, random } = options;
    this.options = options;
    this.random = random;
    this.volatility = new Volatility(random);
    this.flow = new OrderFlow(random, options.tradesPerSecond, options.regimes);
    this.priceDecimals = decimalsOf(instrument.tick);
    this.lotDecimals = decimalsOf(instrument.lot);
    this.deviation = perSecond(instrument.annualVolatility);
    this.logMiddle = Math.log(Number(instrument.price) * 10 ** this.priceDecimals);
    this.from = this.logMiddle;
    this.nextTradeId = options.firstTradeId;
  }

  /** Moves the price on by one second and resolves to the number of orders that come in it. */
  beginSecond(shared: SharedSecond, open: boolean): number {
    const { correlation, jumpsPerDay, signal } = this.options;
    const common = Math.sqrt(correlation) * shared.move;
    const own = Math.sqrt(1 - correlation) * this.random.normal();
    const shock = common + own;
    const deviation = this.deviation * this.volatility.factor();
    const jump = this.random.chance(jumpsPerDay / 86_400) ? 40 * this.deviation * this.random.normal() : 0;
    const drift = signal * deviation * this.flow.imbalance;
    this.from = this.logMiddle;
    this.move = deviation * (common * shared.volatility + own) + drift + jump + shared.jump;
    this.logMiddle = Math.max(0, this.from + this.move);
    this.volatility.pass(shock);
    this.buyChance = this.flow.buyChance(shock);
    this.netOrders = 0;
    this.ordersDone = 0;
    const orders = this.flow.orders();
    return open ? orders : 0;
  }

  /** One taker's order at this instant: a trade for each resting order that it fills, all with one time. */
  order(micros: number, share: number, into: Trade[]): void {
    const buy = this.random.chance(this.buyChance);
    this.netOrders += buy ? 1 : -1;
    this.ordersDone++;
    const direction = buy ? 1 : -1;
    const middle = Math.exp(this.from + this.move * share + 0.1 * this.deviation * this.random.normal());
    const halfSpread = Math.max(0.5, middle * HALF_SPREAD);
    let ticks = Math.max(1, Math.round(middle + direction * halfSpread));
    const ts = isoOf(micros);
    do {
      into.push(this.trade(ts, ticks, buy));
      if (this.random.chance(0.5)) ticks = Math.max(1, ticks + direction);
    } while (this.random.chance(NEXT_FILL));
  }

  endSecond(): void {
    this.flow.pass(this.ordersDone === 0 ? 0 : this.netOrders / this.ordersDone);
  }

  ledger(): LedgerEntry {
    const { firstTradeId, instrument } = this.options;
    const lots = decimalText(this.lots, this.lotDecimals);
    const trades = this.nextTradeId - firstTradeId;
    return {
      symbol: instrument.symbol,
      firstTradeId,
      lastTradeId: this.nextTradeId - 1,
      trades,
      volume: lots,
    };
  }

  private trade(ts: string, ticks: number, buy: boolean): Trade {
    const { instrument } = this.options;
    const lots = Math.max(
      1,
      Math.round(instrument.medianLots * Math.exp(SIZE_SPREAD * this.random.normal())),
    );
    this.lots += BigInt(lots);
    return {
      exchange: EXCHANGE,
      symbol: instrument.symbol,
      tradeId: String(this.nextTradeId++),
      ts,
      price: decimalText(ticks, this.priceDecimals),
      quantity: decimalText(lots, this.lotDecimals),
      side: buy ? 'buy' : 'sell',
      receivedAt: ts,
    };
  }
}
