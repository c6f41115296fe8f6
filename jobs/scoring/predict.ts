import type { Matrix } from '../models/matrix.ts';
import type { LoadedBundle } from '../registry/loadedBundle.ts';
import { writeFeatures } from '../training/dataset/featureValues.ts';
import { featuresHash, topContributions } from './explanation.ts';
import { movedPrice } from './price.ts';
import type { ClosedWindow } from './windows.ts';

/** What a model says of one closed minute. The same model and features give the same, bit for bit. */
export interface Forecast {
  readonly window: ClosedWindow;
  /** Log return over the horizon. */
  readonly predictedReturn: number;
  /** Decimal text, as the two bounds. */
  readonly predictedPrice: string;
  readonly lowerPrice: string;
  readonly upperPrice: string;
  /** Share of outcomes that should fall between the bounds. */
  readonly intervalLevel: number;
  /** That the price rises. */
  readonly directionProbability: number;
  readonly featuresHash: string;
  /** JSON. */
  readonly contributions: string;
}

/** What a model could not say: its numbers make no price. */
export interface Unusable {
  readonly window: ClosedWindow;
  readonly reason: string;
}

/** Log returns beyond this are no forecast, whatever the horizon: a factor of 22,000. */
const MOST_RETURN = 10;

/**
 * Asks one model about windows, all at once.
 *
 * @param columns names of the windows' values, in their order; they have all the model's features
 */
export function predictWindows(
  { description, models }: LoadedBundle,
  windows: readonly ClosedWindow[],
  columns: readonly string[],
): { readonly forecasts: readonly Forecast[]; readonly unusable: readonly Unusable[] } {
  const matrix = matrixOf(windows, description.features, columns);
  const width = description.features.length;
  const returns = models.return.predict(matrix).values;
  const bounds = models.interval.predict(matrix).values;
  const directions = models.direction.predict(matrix).values;
  const amounts = models.return.contributions(matrix).values;
  const [low, high] = description.quantiles;
  const forecasts: Forecast[] = [];
  const unusable: Unusable[] = [];
  for (const [row, window] of windows.entries()) {
    const predictedReturn = returns[row] ?? Number.NaN;
    const pair = [bounds[row * 2] ?? Number.NaN, bounds[row * 2 + 1] ?? Number.NaN] as const;
    const directionProbability = directions[row] ?? Number.NaN;
    const reason = complaint(predictedReturn, pair, directionProbability);
    if (reason !== null) {
      unusable.push({ window, reason });
      continue;
    }
    // Each quantile is fitted on its own, so they may cross: the lower of the two is the lower bound.
    const [lower, upper] = [Math.min(...pair), Math.max(...pair)];
    forecasts.push({
      window,
      predictedReturn,
      predictedPrice: movedPrice(window.close, predictedReturn),
      lowerPrice: movedPrice(window.close, lower),
      upperPrice: movedPrice(window.close, upper),
      intervalLevel: Number((high - low).toPrecision(12)),
      directionProbability,
      featuresHash: featuresHash(matrix.values.subarray(row * width, (row + 1) * width)),
      contributions: topContributions(
        description.features,
        amounts.subarray(row * (width + 1), (row + 1) * (width + 1) - 1),
      ),
    });
  }
  return { forecasts, unusable };
}

function matrixOf(
  windows: readonly ClosedWindow[],
  features: readonly string[],
  columns: readonly string[],
): Matrix {
  const places = features.map((name) => columns.indexOf(name));
  const values = new Float32Array(windows.length * features.length);
  for (const [row, window] of windows.entries())
    writeFeatures(
      places.map((place) => window.values[place] ?? null),
      values,
      row * features.length,
    );
  return { features, rows: windows.length, values };
}

function complaint(predicted: number, bounds: readonly [number, number], probability: number): string | null {
  const bad = [predicted, ...bounds].find((value) => !(Math.abs(value) <= MOST_RETURN));
  if (bad !== undefined) return `it predicted a log return of ${bad}`;
  if (!(probability >= 0 && probability <= 1)) return `it gave a probability of ${probability}`;
  return null;
}
