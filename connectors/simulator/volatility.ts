import type { Random } from './random.ts';

/** Seconds of a year that never closes. */
const SECONDS_PER_YEAR = 365.25 * 86_400;
/** Shocks to volatility halve in this many seconds. */
const HALF_LIFE = 1800;
const DECAY = 0.5 ** (1 / HALF_LIFE);
/** Standard deviation of log variance in the long run. */
const SPREAD = 0.9;
/** Log variance stays within this many: a market of years must not run away. */
const BOUND = 3;
/** Share of the variance's shocks that come from returns themselves (as in GARCH); the rest is its own noise. */
const FEEDBACK = 0.5;

/**
 * Log variance that wanders around 0 and comes back: stochastic volatility (Taylor 1986) whose shocks are partly the
 * squared returns, so that large moves are followed by large moves.
 */
export class Volatility {
  private logVariance: number;
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
    this.logVariance = SPREAD * random.normal();
  }

  /** Factor on the long-run standard deviation; its mean square is 1. */
  factor(): number {
    return Math.exp((this.logVariance - (SPREAD * SPREAD) / 2) / 2);
  }

  /** @param shock the standard normal behind the return of the second that has passed. */
  pass(shock: number): void {
    const own = this.random.normal();
    const innovation =
      Math.sqrt(FEEDBACK) * ((shock * shock - 1) / Math.SQRT2) + Math.sqrt(1 - FEEDBACK) * own;
    const next = DECAY * this.logVariance + SPREAD * Math.sqrt(1 - DECAY * DECAY) * innovation;
    this.logVariance = Math.max(-BOUND, Math.min(BOUND, next));
  }
}

/** Standard deviation of the log return over one second. */
export function perSecond(annualVolatility: number): number {
  return annualVolatility / Math.sqrt(SECONDS_PER_YEAR);
}
