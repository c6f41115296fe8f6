export interface BackoffOptions {
  /** Longest first pause, in milliseconds; it doubles with every failure. */
  readonly baseMs: number;
  /** Longest pause of all. */
  readonly capMs: number;
  /** Jitter, from 0 to 1. */
  readonly random: () => number;
}

/**
 * Exponential backoff with full jitter, so that clients which lost a server together do not come back together
 * (aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter).
 */
export class Backoff {
  private readonly options: BackoffOptions;
  private failures = 0;

  constructor(options: BackoffOptions) {
    this.options = options;
  }

  /** The pause after one more failure, in milliseconds. */
  next(): number {
    const { baseMs, capMs, random } = this.options;
    // Above 2 ** 30 the cap holds for any base, and the power must not overflow.
    const longest = Math.min(capMs, baseMs * 2 ** Math.min(this.failures, 30));
    this.failures++;
    return Math.round(random() * longest);
  }

  reset(): void {
    this.failures = 0;
  }
}
