/** How often the direction was right. */
export interface DirectionMetrics {
  /** Rows whose price moved: the others have no direction. */
  readonly moves: number;
  /** Those whose direction was predicted; a prediction of no change is never right. */
  readonly hits: number;
  /** Null without moves. */
  readonly accuracy: number | null;
  /** Wilson's interval of 95 %, counting one move per horizon as independent; null without moves. */
  readonly lower: number | null;
  readonly upper: number | null;
}

/** 97.5 % quantile of the standard normal distribution. */
const Z = 1.959963984540054;

/**
 * Directional accuracy. Returns over h minutes, one a minute, share all but one of their minutes with the next, so moves count
 * as moves / h independent ones in the interval; or it would be far too narrow.
 */
export function directionMetrics(
  actual: Float64Array,
  predicted: Float64Array,
  horizonMinutes: number,
): DirectionMetrics {
  let [moves, hits] = [0, 0];
  for (const [row, came] of actual.entries()) {
    if (came === 0) continue;
    moves++;
    if (Math.sign(came) === Math.sign(predicted[row] ?? 0)) hits++;
  }
  if (moves === 0) return { moves, hits, accuracy: null, lower: null, upper: null };
  return { moves, hits, accuracy: hits / moves, ...wilson(hits / moves, moves / horizonMinutes) };
}

/**
 * Wilson's score interval of 95 % of a share (Wilson 1927).
 *
 * @param trials how many independent ones the share is of; not always whole
 */
export function wilson(share: number, trials: number): { readonly lower: number; readonly upper: number } {
  const squared = Z * Z;
  const middle = (share + squared / (2 * trials)) / (1 + squared / trials);
  const spread = Math.sqrt((share * (1 - share)) / trials + squared / (4 * trials * trials));
  const half = (Z / (1 + squared / trials)) * spread;
  return { lower: Math.max(0, middle - half), upper: Math.min(1, middle + half) };
}

/** Mean squared difference between the probability of a rise and what came (Brier 1950); 0.25 is what even odds get. */
export function brierScore(actual: Float64Array, probability: Float64Array): number {
  const squares = actual.reduce(
    (sum, came, row) => sum + ((probability[row] ?? 0) - (came > 0 ? 1 : 0)) ** 2,
    0,
  );
  return squares / actual.length;
}
