import { isoOf, MICROS_PER_MINUTE } from '../instant.ts';
import type { Heartbeat, ImportedCandle, Trade } from '../landing.ts';
import { decimalText } from './instrument.ts';
import type { SimulatedMarket } from './market.ts';

/** Places after the point that prices and quantities of the simulator have at most. */
const PLACES = 8;

interface Building {
  readonly first: Trade;
  last: Trade;
  /** The trades at the highest and the lowest price. */
  high: Trade;
  low: Trade;
  volume: bigint;
  /** With twice the places. */
  notional: bigint;
  trades: number;
  takerBuyVolume: bigint;
}

/** Simulated minutes for which no trades are kept. */
export interface SimulatedHistory {
  readonly candles: readonly ImportedCandle[];
  /** Of every complete minute, also of those in which a market did not trade. */
  readonly heartbeats: readonly Heartbeat[];
}

/** Lets a simulated market run up to the last whole minute before an instant, and gives its minutes. */
export function simulateHistory(market: SimulatedMarket, untilMs: number): SimulatedHistory {
  const candles: ImportedCandle[] = [];
  const beats: Heartbeat[] = [];
  const end = Math.floor(untilMs / 60_000) * 60_000;
  let minute = new Map<string, Building>();
  for (const { micros, trades, heartbeats } of market.until(end)) {
    for (const trade of trades) add(minute, trade);
    beats.push(...heartbeats);
    if ((micros / 1_000_000 + 1) % 60 !== 0) continue;
    const start = isoOf(Math.floor(micros / MICROS_PER_MINUTE) * MICROS_PER_MINUTE);
    for (const building of minute.values()) candles.push(candleOf(building, start));
    minute = new Map();
  }
  return { candles, heartbeats: beats };
}

function add(minute: Map<string, Building>, trade: Trade): void {
  const price = units(trade.price);
  const quantity = units(trade.quantity);
  const known = minute.get(trade.symbol);
  if (known === undefined) {
    const bought = trade.side === 'buy' ? quantity : 0n;
    minute.set(trade.symbol, {
      first: trade,
      last: trade,
      high: trade,
      low: trade,
      volume: quantity,
      notional: price * quantity,
      trades: 1,
      takerBuyVolume: bought,
    });
    return;
  }
  known.last = trade;
  if (price > units(known.high.price)) known.high = trade;
  if (price < units(known.low.price)) known.low = trade;
  known.volume += quantity;
  known.notional += price * quantity;
  known.trades += 1;
  if (trade.side === 'buy') known.takerBuyVolume += quantity;
}

function candleOf(building: Building, windowStart: string): ImportedCandle {
  const { first, last, high, low, volume, notional, trades, takerBuyVolume } = building;
  return {
    exchange: first.exchange,
    symbol: first.symbol,
    windowStart,
    open: first.price,
    high: high.price,
    low: low.price,
    close: last.price,
    volume: decimalText(volume, PLACES),
    notional: decimalText(notional, 2 * PLACES),
    trades,
    takerBuyVolume: decimalText(takerBuyVolume, PLACES),
  };
}

function units(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(PLACES, '0'));
}
