import { STANDARD_MOST_ROWS } from '../training/dataset/request.ts';
import type { Market } from '../training/dataset/trainingRows.ts';
import { STANDARD_SETTINGS, type TrainSettings } from '../training/settings.ts';

/** What a model is to be trained on, and how. Plain data: it is handed to another process. */
export interface RetrainRequest {
  /** Name of the model in the registry, as `return-5m`. */
  readonly name: string;
  readonly horizonMinutes: number;
  /** Null for all that have rows. */
  readonly markets: readonly Market[] | null;
  /** Null for all inputs, but those of the calendar that the history is too short for. */
  readonly features: readonly string[] | null;
  /** First minute, milliseconds since the Unix epoch; null for `windowMs` before the last. */
  readonly since: number | null;
  /** Minutes before this one, milliseconds since the Unix epoch; null for all that there are. */
  readonly until: number | null;
  /** Length of the history that is learned from when `since` is null, in milliseconds. */
  readonly windowMs: number;
  /** Fewer rows are refused. */
  readonly leastRows: number;
  readonly mostRows: number;
  readonly settings: TrainSettings;
  /** Whose word it was, for the reasons in `promotions`: a sentence. */
  readonly because: string;
  /** Versions whose files are kept besides those in service. */
  readonly keep: number;
}

/** Name of the model of a horizon. */
export function modelName(horizonMinutes: number): string {
  return `return-${horizonMinutes}m`;
}

/** A request with what is standard where nothing is said. The embargo is the horizon. */
export function retrainRequest(
  horizonMinutes: number,
  given: Partial<RetrainRequest> & { readonly settings?: Partial<TrainSettings> } = {},
): RetrainRequest {
  const folds = { ...STANDARD_SETTINGS.folds, embargoMs: horizonMinutes * 60_000 };
  return {
    name: modelName(horizonMinutes),
    markets: null,
    features: null,
    since: null,
    until: null,
    windowMs: 30 * 86_400_000,
    leastRows: 1000,
    mostRows: STANDARD_MOST_ROWS,
    because: 'It was trained by hand.',
    keep: 10,
    ...given,
    horizonMinutes,
    settings: { ...STANDARD_SETTINGS, folds, ...given.settings },
  };
}
