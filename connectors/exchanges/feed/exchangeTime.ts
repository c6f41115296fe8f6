/** Samples are kept for one to two of these, in microseconds. */
const GENERATION = 30_000_000;
/** How far past the last time the exchange told its time is guessed on by our clock, in microseconds. */
const BELIEVED_FOR = 120_000_000;
/** A time so far ahead of our clock is no time, in microseconds. Clocks may be off by hours, not by days. */
const FURTHEST_AHEAD = 24 * 3_600_000_000;

/**
 * How late it is at the exchange at least. Its messages tell; between them our clock tells how much time has passed
 * since. Whichever clock is wrong, and however slow the line is, the answer is never later than the truth by more than
 * clocks have jumped since the last message that told the time.
 */
export class ExchangeTime {
  private told = Number.NEGATIVE_INFINITY;
  /** Smallest differences, exchange's time less ours: of this generation and the one before. */
  private least = Number.POSITIVE_INFINITY;
  private leastBefore = Number.POSITIVE_INFINITY;
  private generationFrom = Number.NEGATIVE_INFINITY;

  /** A time that the exchange told, of this moment or of one before it. Microseconds since the Unix epoch, both. */
  atLeast(exchangeMicros: number, ourMicros: number): void {
    if (exchangeMicros > ourMicros + FURTHEST_AHEAD) return;
    if (exchangeMicros > this.told) this.told = exchangeMicros;
  }

  /** As `atLeast`, of a message that was sent just now, by the exchange's clock. */
  sent(exchangeMicros: number, ourMicros: number): void {
    if (exchangeMicros > ourMicros + FURTHEST_AHEAD) return;
    this.atLeast(exchangeMicros, ourMicros);
    if (Math.abs(ourMicros - this.generationFrom) >= GENERATION) {
      this.generationFrom = ourMicros;
      this.leastBefore = this.least;
      this.least = Number.POSITIVE_INFINITY;
    }
    this.least = Math.min(this.least, exchangeMicros - ourMicros);
  }

  /** Microseconds since the Unix epoch, by the exchange's clock; null before it told its time. */
  now(ourMicros: number): number | null {
    if (this.told === Number.NEGATIVE_INFINITY) return null;
    const least = Math.min(this.least, this.leastBefore);
    if (!Number.isFinite(least)) return this.told;
    return Math.max(this.told, Math.min(ourMicros + least, this.told + BELIEVED_FOR));
  }
}
