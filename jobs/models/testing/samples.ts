import { systemClock } from '../../../engine/clock.ts';
import { seeded } from '../../../test/property/history.ts';
import type { Dataset } from '../dataset.ts';
import type { FitOptions } from '../model.ts';

/** A dataset with a signal that is known. */
export interface PlantedOptions {
  readonly seed: number;
  readonly rows: number;
  readonly columns: number;
  /** Share of values that are missing. */
  readonly missing?: number;
  /** The label without noise; by standard twice the first feature, or 0.3 where it is missing. */
  readonly signal?: (row: Float32Array) => number;
  /** Deviation of the noise. */
  readonly noise?: number;
}

/** Rows of roughly normal features, labels from a signal and noise. */
export function planted(options: PlantedOptions): Dataset {
  const { seed, rows, columns, missing = 0.05, noise = 0.5 } = options;
  const signal = options.signal ?? ((row) => (Number.isNaN(row[0]) ? 0.3 : 2 * (row[0] ?? 0)));
  const random = seeded(seed);
  const normal = (): number => (random() + random() + random() + random() - 2) * Math.sqrt(3);
  const values = Float32Array.from({ length: rows * columns }, () =>
    random() < missing ? Number.NaN : normal(),
  );
  const labels = Float64Array.from({ length: rows }, (_, row) => {
    return signal(values.subarray(row * columns, (row + 1) * columns)) + noise * normal();
  });
  const features = Array.from({ length: columns }, (_, column) => `f${column}`);
  return { matrix: { features, rows, values }, labels, weights: null };
}

/** The dataset's labels as directions: 1 above 0, else 0. */
export function directions(dataset: Dataset): Dataset {
  return { ...dataset, labels: dataset.labels.map((label) => (label > 0 ? 1 : 0)) };
}

/** Options of a short training by squared error. */
export function shortly(options: Partial<FitOptions> = {}): FitOptions {
  return {
    objective: { kind: 'squared-error' },
    rounds: 60,
    patience: null,
    seed: 1,
    clock: systemClock,
    ...options,
  };
}
