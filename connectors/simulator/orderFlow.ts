import type { Random } from './random.ts';

/** Share of orders that are set off by earlier orders (Hawkes' branching ratio) and how fast that fades. */
const EXCITED_SHARE = 0.6;
const EXCITEMENT_DECAY = 0.5 ** (1 / 8);
/** Takers' preference for one side halves in this many seconds. */
const SIDE_DECAY = 0.5 ** (1 / 60);
const SIDE_SPREAD = 0.6;
/** How strongly takers lean with the move of the very second. */
const LEAN = 0.35;
/** Chance that an order goes on to fill against one more resting order; each has a trade of its own. */
export const NEXT_FILL = 0.35;

interface Regime {
  /** Factor on the rate of orders. */
  readonly rate: number;
  /** Mean length in seconds. */
  readonly meanSeconds: number;
  /** Mean seconds of normal trade before it begins. */
  readonly every: number;
}

const BURST: Regime = { rate: 6, meanSeconds: 20, every: 900 };
const QUIET: Regime = { rate: 0.01, meanSeconds: 240, every: 7200 };

/** Mean of the regimes' factors over time, by which rates are divided so that the configured rate holds on average. */
const MEAN_FACTOR = (() => {
  const shares = [1, BURST.meanSeconds / BURST.every, QUIET.meanSeconds / QUIET.every];
  const factors = [1, BURST.rate, QUIET.rate];
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.reduce((total, share, i) => total + share * (factors[i] ?? 1), 0) / sum;
})();

/** When takers come to one market and which side they take. */
export class OrderFlow {
  private readonly random: Random;
  /** Mean orders a second in the long run. */
  private readonly base: number;
  private readonly regimes: boolean;
  private excitement: number;
  private preference: number;
  private regime: Regime | null = null;
  /** Taker imbalance of the past, between -1 and 1, fading with the preference. */
  imbalance = 0;

  /** @param tradesPerSecond long-run mean of trades; @param regimes whether there are bursts and quiet spells. */
  constructor(random: Random, tradesPerSecond: number, regimes: boolean) {
    this.random = random;
    this.base = (tradesPerSecond * (1 - NEXT_FILL)) / (regimes ? MEAN_FACTOR : 1);
    this.regimes = regimes;
    this.excitement = this.base * EXCITED_SHARE;
    this.preference = SIDE_SPREAD * random.normal();
  }

  /** Orders of the next second. */
  orders(): number {
    this.changeRegime();
    const rate = (this.base * (1 - EXCITED_SHARE) + this.excitement) * (this.regime?.rate ?? 1);
    const orders = this.random.poisson(rate);
    // Excitement stands still outside normal trade: a burst would otherwise feed itself without end.
    if (this.regime === null) {
      this.excitement = EXCITEMENT_DECAY * this.excitement + (1 - EXCITEMENT_DECAY) * EXCITED_SHARE * orders;
    }
    return orders;
  }

  /** Chance that an order of this second buys. @param shock the second's standardised return. */
  buyChance(shock: number): number {
    return 0.5 + 0.5 * Math.tanh(this.preference + LEAN * shock);
  }

  /** @param net buys minus sells of the second's orders over their number, or 0. */
  pass(net: number): void {
    this.imbalance = SIDE_DECAY * this.imbalance + (1 - SIDE_DECAY) * net;
    this.preference =
      SIDE_DECAY * this.preference +
      SIDE_SPREAD * Math.sqrt(1 - SIDE_DECAY * SIDE_DECAY) * this.random.normal();
  }

  private changeRegime(): void {
    if (!this.regimes) return;
    const draw = this.random.uniform();
    if (this.regime !== null) {
      if (draw < 1 / this.regime.meanSeconds) this.regime = null;
    } else if (draw < 1 / BURST.every) this.regime = BURST;
    else if (draw < 1 / BURST.every + 1 / QUIET.every) this.regime = QUIET;
  }
}
