import { hasExpired, type Limits, marketKey, type Piece } from './plan.ts';
import { predictWindows, type Unusable } from './predict.ts';
import type { ServingModel } from './roster.ts';
import type { Prediction } from './store.ts';
import type { ClosedWindow } from './windows.ts';

const MINUTE = 60_000;

/** What came of asking the models about a piece. */
export interface Scored {
  /** In time, then by market, then by model. */
  readonly predictions: readonly Prediction[];
  /** By name and version: minutes that a model gave no usable numbers for. */
  readonly unusable: readonly (Unusable & { readonly model: string; readonly version: number })[];
}

/**
 * Asks each model about the windows of a piece that it has not looked at.
 *
 * @param windows in time, then by market
 * @param columns names of the windows' values
 * @param latencyOf milliseconds since the trade that arrived then, or, where that is not known, since somebody told that windows closed
 */
export function scorePiece(
  piece: Piece,
  windows: readonly ClosedWindow[],
  columns: readonly string[],
  models: readonly ServingModel[],
  limits: Limits,
  latencyOf: (arrived: number | null) => number,
): Scored {
  const asked = [...models].sort(byName).map((model) => {
    const wanted = wantedWindows(piece, windows, model, limits);
    const { name, version } = model.registered;
    return { ...predictWindows(model.bundle, wanted, columns), name, version, model };
  });
  const predictions = asked.flatMap(({ forecasts, name, version, model }) =>
    forecasts.map((forecast) => {
      const newest = piece.closed.get(marketKey(forecast.window));
      const late = forecast.window.start + MINUTE < (newest?.closed ?? 0);
      const latencyMs = late ? null : latencyOf(newest?.arrived ?? null);
      return {
        ...forecast,
        model: name,
        version,
        horizonMinutes: model.registered.horizonMinutes,
        late,
        latencyMs,
      };
    }),
  );
  const places = new Map(windows.map((window, place) => [window, place]));
  return {
    // Windows come in order, and the sort leaves models of one window in theirs.
    predictions: predictions.sort((a, b) => (places.get(a.window) ?? 0) - (places.get(b.window) ?? 0)),
    unusable: asked.flatMap(({ unusable, name, version }) =>
      unusable.map((row) => ({ ...row, model: name, version })),
    ),
  };
}

function wantedWindows(
  piece: Piece,
  windows: readonly ClosedWindow[],
  model: ServingModel,
  limits: Limits,
): readonly ClosedWindow[] {
  const { name, version } = model.registered;
  const mine = piece.progress.filter((row) => row.model === name && row.version === version);
  const ranges = new Map(mine.map((row) => [marketKey(row), row]));
  return windows.filter((window) => {
    const range = ranges.get(marketKey(window));
    const inside = range !== undefined && window.start >= range.from && window.start < range.to;
    return inside && !hasExpired(model, window.start, limits);
  });
}

function byName({ registered: a }: ServingModel, { registered: b }: ServingModel): number {
  return a.name === b.name ? a.version - b.version : a.name < b.name ? -1 : 1;
}
