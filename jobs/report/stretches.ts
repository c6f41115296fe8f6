import { type Metrics, measure } from '../training/metrics/metrics.ts';
import { type Scored, scoredWhere } from '../training/metrics/scored.ts';

/** A part of the time, as long in rows as the others. */
export interface Stretch {
  readonly from: string;
  readonly to: string;
  readonly rows: number;
  /** Against persistence; null when nothing moved. */
  readonly skill: number | null;
  /** Share of the moves whose direction was right; null without moves. */
  readonly accuracy: number | null;
  /** Share of the returns that fell into their interval. */
  readonly coverage: number;
}

const MOST_STRETCHES = 16;
/** Fewer rows make a figure that jumps about. */
const LEAST_ROWS = 60;

/** Cuts the rows into parts one after the other, minutes whole, and measures each. */
export function stretchesOf(scored: Scored, timeOf: (ms: number) => string): readonly Stretch[] {
  const { times } = scored;
  const parts = Math.max(1, Math.min(MOST_STRETCHES, Math.floor(times.length / LEAST_ROWS)));
  const bounds = Array.from(
    { length: parts },
    (_, part) => times[Math.round((part * times.length) / parts)] ?? 0,
  );
  return bounds.flatMap((from, part) => {
    const to = bounds[part + 1] ?? Number.POSITIVE_INFINITY;
    const own = scoredWhere(scored, (row) => (times[row] ?? 0) >= from && (times[row] ?? 0) < to);
    return own.times.length === 0 ? [] : [stretchOf(own, measure(own, 0), timeOf)];
  });
}

function stretchOf({ times }: Scored, metrics: Metrics, timeOf: (ms: number) => string): Stretch {
  return {
    from: timeOf(times[0] ?? 0),
    to: timeOf(times.at(-1) ?? 0),
    rows: times.length,
    skill: metrics.skill,
    accuracy: metrics.direction.accuracy,
    coverage: metrics.interval.coverage,
  };
}
