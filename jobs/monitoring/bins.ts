import { readFileSync } from 'node:fs';
import type { ClientBase } from 'pg';
import { usualIndex } from './stability.ts';

const sql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const FIND_EDGES = sql('findEdges');
const COUNT_DAYS = sql('countDays');

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

interface EdgesRow {
  readonly feature: string;
  readonly edges: readonly number[];
}

interface CountRow {
  readonly feature: string;
  readonly day: number;
  readonly bin: number;
  readonly observations: number;
}

/**
 * Parts the values of the temporary table `monitored` into bins.
 *
 * @param from where the first day begins, ISO 8601
 */
export async function binValues(client: ClientBase, from: string): Promise<readonly ReferenceBin[]> {
  const { rows: edged } = await client.query<EdgesRow>(FIND_EDGES);
  const { rows: counts } = await client.query<CountRow>(COUNT_DAYS, [JSON.stringify(edged), from]);
  return edged.flatMap(({ feature, edges }) =>
    binsOf(
      feature,
      edges,
      counts.filter((row) => row.feature === feature),
    ),
  );
}

function binsOf(
  feature: string,
  edges: readonly number[],
  counts: readonly CountRow[],
): readonly ReferenceBin[] {
  const byDay = new Map<number, number[]>();
  const total = Array.from({ length: edges.length + 2 }, () => 0);
  for (const { day, bin, observations } of counts) {
    const counted = byDay.get(day) ?? total.map(() => 0);
    counted[bin] = observations;
    byDay.set(day, counted);
    total[bin] = (total[bin] ?? 0) + observations;
  }
  const usualPsi = usualIndex([...byDay.values()]);
  return total.map((observations, bin) => ({
    feature,
    bin,
    lowerEdge: bin < 2 ? null : (edges[bin - 2] ?? null),
    upperEdge: bin === 0 ? null : (edges[bin - 1] ?? null),
    observations,
    usualPsi,
  }));
}
