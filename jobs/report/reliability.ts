import { wilson } from '../training/metrics/direction.ts';
import type { Scored } from '../training/metrics/scored.ts';

/** Rows to which about the same probability of a rise was given. */
export interface ReliabilityBin {
  readonly rows: number;
  /** Mean probability that was given. */
  readonly probability: number;
  /** Share that rose, with Wilson's interval of 95 %, counting one row per horizon as independent. */
  readonly rose: number;
  readonly lower: number;
  readonly upper: number;
}

const BINS = 10;
const LEAST_ROWS = 20;

/** Whether a probability of 60 % comes true in 60 of 100: in ten bins of equal width, those with too few rows left out. */
export function reliabilityOf({ probability, actual, horizonMinutes }: Scored): readonly ReliabilityBin[] {
  const bins = Array.from({ length: BINS }, () => ({ rows: 0, sum: 0, rose: 0 }));
  for (const [row, given] of probability.entries()) {
    const bin = bins[Math.min(BINS - 1, Math.floor(given * BINS))];
    if (bin === undefined) continue;
    bin.rows++;
    bin.sum += given;
    if ((actual[row] ?? 0) > 0) bin.rose++;
  }
  return bins
    .filter(({ rows }) => rows >= LEAST_ROWS)
    .map(({ rows, sum, rose }) => ({
      rows,
      probability: sum / rows,
      rose: rose / rows,
      ...wilson(rose / rows, rows / horizonMinutes),
    }));
}
