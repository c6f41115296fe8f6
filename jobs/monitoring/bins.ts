import { setImmediate } from 'node:timers/promises';
import type { SampledMinute } from './sampled.ts';
import { usualIndex } from './stability.ts';

/** One bin of a feature, as `drift_references` has it. */
export interface ReferenceBin {
  readonly feature: string;
  /** 0 for missing values, then from 1 on from the lowest to the highest. */
  readonly bin: number;
  /** Least value of the bin; null where it has no lower end. */
  readonly lowerEdge: number | null;
  /** Values of the bin are below this; null where it has no upper end. */
  readonly upperEdge: number | null;
  readonly observations: number;
  /** Highest stability index of a day against the other days; null when too few days are known. */
  readonly usualPsi: number | null;
}

/** Shares of the values at which bins are parted. */
const TENTHS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const DAY = 86_400_000;

/**
 * Parts the values of each feature into bins: tenths, and one of its own for a value that fills several of them.
 *
 * @param pages values by feature, as they are read
 * @param from where the first day begins, milliseconds since the Unix epoch
 */
export async function binValues(
  features: readonly string[],
  pages: AsyncIterable<readonly SampledMinute[]>,
  from: number,
): Promise<readonly ReferenceBin[]> {
  const days: number[] = [];
  const values: (number | null)[][] = features.map(() => []);
  for await (const page of pages)
    for (const minute of page) {
      days.push(Math.floor((minute.time - from) / DAY));
      for (let place = 0; place < values.length; place++) values[place]?.push(minute.values[place] ?? null);
    }
  if (days.length === 0) return [];
  const bins: ReferenceBin[] = [];
  for (const [place, feature] of features.entries()) {
    // Scoring may run in this process: it gets its turn between two features.
    await setImmediate();
    const own = values[place] ?? [];
    const edges = edgesOf(own);
    bins.push(...binsOf(feature, edges, countDays(own, days, edges)));
  }
  return bins;
}

/** Which bin a value falls into: 0 when there is none, then one more than the edges that are not above it. */
export function binOf(value: number | null, edges: readonly number[]): number {
  if (value === null) return 0;
  const above = edges.findIndex((edge) => edge > value);
  return (above < 0 ? edges.length : above) + 1;
}

/**
 * The edges of the bins: the values that part all of them into tenths. A value that is several of them fills a tenth by itself: its bin
 * ends at the next value, or just above it where there is none.
 */
export function edgesOf(values: readonly (number | null)[]): readonly number[] {
  const sorted = Float64Array.from(values.filter((value) => value !== null)).sort();
  if (sorted.length === 0) return [];
  const times = new Map<number, number>();
  for (const tenth of TENTHS) {
    const edge = sorted[Math.max(1, Math.ceil(tenth * sorted.length)) - 1] ?? 0;
    times.set(edge, (times.get(edge) ?? 0) + 1);
  }
  const ends = [...times].flatMap(([edge, count]) =>
    count < 2 ? [] : [sorted.find((value) => value > edge) ?? edge + Math.max(Math.abs(edge), 0.001) * 1e-9],
  );
  return [...new Set([...times.keys(), ...ends])].sort((a, b) => a - b);
}

interface DayCounts {
  readonly day: number;
  readonly counts: readonly number[];
}

function countDays(
  values: readonly (number | null)[],
  days: readonly number[],
  edges: readonly number[],
): readonly DayCounts[] {
  const byDay = new Map<number, number[]>();
  for (const [row, value] of values.entries()) {
    const day = days[row] ?? 0;
    const counts = byDay.get(day) ?? Array.from({ length: edges.length + 2 }, () => 0);
    const bin = binOf(value, edges);
    counts[bin] = (counts[bin] ?? 0) + 1;
    byDay.set(day, counts);
  }
  return [...byDay].map(([day, counts]) => ({ day, counts }));
}

function binsOf(
  feature: string,
  edges: readonly number[],
  days: readonly DayCounts[],
): readonly ReferenceBin[] {
  const usualPsi = usualIndex(days.map(({ counts }) => counts));
  return Array.from({ length: edges.length + 2 }, (_, bin) => ({
    feature,
    bin,
    lowerEdge: bin < 2 ? null : (edges[bin - 2] ?? null),
    upperEdge: bin === 0 ? null : (edges[bin - 1] ?? null),
    observations: days.reduce((sum, { counts }) => sum + (counts[bin] ?? 0), 0),
    usualPsi,
  }));
}
