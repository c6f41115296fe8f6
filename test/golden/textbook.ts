import type { Quote } from './quotes.ts';
import { before, ema, over, type Series, sum, wilder, zip } from './series.ts';

/**
 * The recursive indicators as the books write them, without end and with the books' seeds, for long series and for the periods
 * that no reference has; and the few windows that none has.
 */
export class Textbook {
  readonly close: Series;
  private readonly high: Series;
  private readonly low: Series;
  private readonly volume: Series;

  constructor(quotes: readonly Quote[]) {
    const column = (name: keyof Quote): Series => quotes.map((quote) => Number(quote[name]));
    this.close = column('close');
    this.high = column('high');
    this.low = column('low');
    this.volume = column('volume');
  }

  ema(rows: number): Series {
    return ema(this.close, rows);
  }

  macd(): Series {
    return zip((fast, slow) => fast - slow, this.ema(12), this.ema(26));
  }

  macdSignal(): Series {
    return ema(this.macd(), 9);
  }

  rsi(rows: number): Series {
    const change = this.change();
    const gain = wilder(
      zip((move) => Math.max(move, 0), change),
      rows,
    );
    const loss = wilder(
      zip((move) => Math.max(-move, 0), change),
      rows,
    );
    return zip((up, down) => 100 - 100 / (1 + up / down), gain, loss);
  }

  atr(rows: number): Series {
    return wilder(this.trueRange(), rows);
  }

  /** +DI, or -DI when `down`. */
  directional(down: boolean): Series {
    const rise = zip((now, then) => now - then, this.high, before(this.high, 1));
    const fall = zip((now, then) => then - now, this.low, before(this.low, 1));
    const [move, other] = down ? [fall, rise] : [rise, fall];
    const counted = zip((a, b) => (a > b && a > 0 ? a : 0), move, other);
    return zip((smooth, range) => (100 * smooth) / range, wilder(counted, 14), this.atr(14));
  }

  dx(): Series {
    const compute = (plus: number, minus: number): number => (100 * Math.abs(plus - minus)) / (plus + minus);
    return zip(compute, this.directional(false), this.directional(true));
  }

  adx(): Series {
    return wilder(this.dx(), 14);
  }

  stochasticRsi(): Series {
    const rsi = this.rsi(14);
    const high = over(rsi, 14, (window) => Math.max(...window));
    const low = over(rsi, 14, (window) => Math.min(...window));
    return zip((value, top, bottom) => (100 * (value - bottom)) / (top - bottom), rsi, high, low);
  }

  keltner(side: -1 | 1): Series {
    return zip((middle, range) => middle + side * 2 * range, this.ema(20), this.atr(10));
  }

  sma(rows: number): Series {
    return over(this.close, rows, (window) => sum(window) / rows);
  }

  rateOfChange(rows: number): Series {
    return zip((now, then) => (100 * (now - then)) / then, this.close, before(this.close, rows));
  }

  realisedVolatility(rows: number): Series {
    const returns = zip((now, then) => Math.log(now / then), this.close, before(this.close, 1));
    return over(returns, rows, (window) => Math.sqrt(sum(window.map((value) => value * value))));
  }

  /** By the typical price, as no notional is known of a bar. */
  vwap(rows: number): Series {
    const typical = zip((high, low, close) => (high + low + close) / 3, this.high, this.low, this.close);
    const value = over(
      zip((price, volume) => price * volume, typical, this.volume),
      rows,
      sum,
    );
    return zip((traded, volume) => traded / volume, value, over(this.volume, rows, sum));
  }

  private change(): Series {
    return zip((now, then) => now - then, this.close, before(this.close, 1));
  }

  private trueRange(): Series {
    const range = (high: number, low: number, then: number): number =>
      Math.max(high - low, Math.abs(high - then), Math.abs(low - then));
    return zip(range, this.high, this.low, before(this.close, 1));
  }
}
