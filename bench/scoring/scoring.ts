import { availableAlgorithms } from '../../jobs/models/algorithms.ts';
import { placesOf } from '../../jobs/models/library/places.ts';
import { benchClosing } from './closing.ts';
import { benchRows } from './rows.ts';

export interface ScoringBench {
  /** Rows that a model is asked at a time, in calls of several sizes. */
  readonly rows: number;
  /** Turns of Tickwave and Python. */
  readonly pairs: number;
  /** Numbers of markets that close their minutes at once. */
  readonly markets: readonly number[];
  /** Minutes that are closed. */
  readonly windows: number;
}

/** What a prediction costs: the model alone, against Python, and all from the trade that ends a minute to the stored row. */
export async function benchScoring(bench: ScoringBench): Promise<Readonly<Record<string, unknown>>> {
  const figures: Record<string, unknown> = { model: await benchRows([1, 20, 200], bench.rows, bench.pairs) };
  const algorithms = await availableAlgorithms(placesOf(process.env), 1);
  try {
    for (const markets of bench.markets) {
      figures[`${markets} markets`] = await benchClosing(markets, bench.windows, algorithms);
      process.stderr.write(`${JSON.stringify(figures[`${markets} markets`])}\n`);
    }
  } finally {
    await algorithms.close();
  }
  return figures;
}
