import { MICROS_PER_MINUTE } from '../../connectors/instant.ts';
import { scaled, unscaled } from './decimals.ts';
import type { MadeTrade, MarketTape } from './tape.ts';

/** Decimals of prices and of quantities, and of their products. */
const DECIMALS = 8;
const PRODUCT_DECIMALS = 16;

/** One minute of a market, computed exactly. */
export interface Candle {
  readonly micros: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly notional: string;
  /** Cut, not rounded, to the price's own decimals. `0.0` without trades. */
  readonly vwap: string;
  readonly trades: number;
  readonly takerBuyVolume: string;
  readonly takerBuyNotional: string;
}

export interface CandleRange {
  /** Start of the first minute wanted, and a time in the last. */
  readonly fromMicros: number;
  readonly toMicros: number;
  /** Whether a minute without trades gets a flat candle at the close before it, once there is one. */
  readonly flat: boolean;
}

/** The candles of a market's minutes, in order of time, from the trades up to `toMicros`. */
export function candlesOf(market: MarketTape, range: CandleRange): readonly Candle[] {
  const { fromMicros, toMicros, flat } = range;
  const candles: Candle[] = [];
  let index = market.indexAt(fromMicros);
  let close = market.trades[index - 1]?.row.price;
  const first = fromMicros - (fromMicros % MICROS_PER_MINUTE);
  for (let minute = first; minute <= toMicros; minute += MICROS_PER_MINUTE) {
    const end = market.indexAt(Math.min(minute + MICROS_PER_MINUTE, toMicros + 1));
    const trades = market.trades.slice(index, end);
    index = end;
    if (trades.length > 0) candles.push(candleOf(minute, trades));
    else if (flat && close !== undefined) candles.push(flatCandle(minute, close));
    close = trades.at(-1)?.row.price ?? close;
  }
  return candles;
}

function candleOf(micros: number, trades: readonly MadeTrade[]): Candle {
  const priceDecimals = trades[0]?.row.price.split('.')[1]?.length ?? 0;
  const sums = { volume: 0n, notional: 0n, bought: 0n, boughtNotional: 0n };
  let high = trades[0]?.row.price ?? '0';
  let low = high;
  for (const { row } of trades) {
    const quantity = scaled(row.quantity, DECIMALS);
    const notional = scaled(row.price, DECIMALS) * quantity;
    sums.volume += quantity;
    sums.notional += notional;
    sums.bought += row.side === 'buy' ? quantity : 0n;
    sums.boughtNotional += row.side === 'buy' ? notional : 0n;
    if (Number(row.price) > Number(high)) high = row.price;
    if (Number(row.price) < Number(low)) low = row.price;
  }
  const vwap = sums.notional / sums.volume / 10n ** BigInt(DECIMALS - priceDecimals);
  return {
    micros,
    open: trades[0]?.row.price ?? '0',
    high,
    low,
    close: trades.at(-1)?.row.price ?? '0',
    volume: unscaled(sums.volume, DECIMALS),
    notional: unscaled(sums.notional, PRODUCT_DECIMALS),
    vwap: unscaled(vwap, priceDecimals),
    trades: trades.length,
    takerBuyVolume: unscaled(sums.bought, DECIMALS),
    takerBuyNotional: unscaled(sums.boughtNotional, PRODUCT_DECIMALS),
  };
}

function flatCandle(micros: number, close: string): Candle {
  const none = unscaled(0n, DECIMALS);
  return {
    micros,
    open: close,
    high: close,
    low: close,
    close,
    volume: none,
    notional: none,
    vwap: '0.0',
    trades: 0,
    takerBuyVolume: none,
    takerBuyNotional: none,
  };
}
