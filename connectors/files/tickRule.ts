import { compareDecimals } from '../decimal.ts';
import type { Side } from '../landing.ts';

/**
 * Guesses the taker's side where a layout has none, by the tick rule (Lee and Ready 1991): above the last price a buy,
 * below it a sell, at the same price as the last one. Right for most trades, not for all: what leans on sides, such
 * as taker_buy_volume, is an estimate for these files.
 */
export class TickRule {
  private last: string | null = null;
  private side: Side = 'buy';

  next(price: string): Side {
    if (this.last !== null) {
      const change = compareDecimals(price, this.last);
      if (change !== 0) this.side = change > 0 ? 'buy' : 'sell';
    }
    this.last = price;
    return this.side;
  }
}
