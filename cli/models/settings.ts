import { availableParallelism } from 'node:os';
import type { Config } from '../../config/config.ts';
import type { RegistryPlaces } from '../../jobs/registry/openRegistry.ts';
import type { PromotionRules } from '../../jobs/registry/promotion.ts';
import { type RetrainRequest, retrainRequest } from '../../jobs/retraining/request.ts';
import type { TrainingPlatform } from '../../jobs/retraining/trainAll.ts';
import type { JobLimits } from '../../jobs/schedule/runner.ts';
import { libraryPlaces } from './places.ts';

const HOUR_MS = 3_600_000;
/** Fits at a time while tuning: a core is left to the rest. */
export const PARALLEL = Math.max(1, Math.min(8, availableParallelism() - 1));

/** Where models are kept, as it is configured. */
export function registryPlaces({ DATA_DIR, MLFLOW_TRACKING_URI }: Config): RegistryPlaces {
  return { dataDir: DATA_DIR, mlflowUri: MLFLOW_TRACKING_URI };
}

/** When a challenger is good enough, as it is configured. */
export function promotionRules({ MODEL_CONFIDENCE, MODEL_LEAST_WINDOWS }: Config): PromotionRules {
  return { confidence: MODEL_CONFIDENCE, leastWindows: MODEL_LEAST_WINDOWS, seed: 1 };
}

/** Milliseconds of event time for which training data is good. */
export function expiryMs({ MODEL_EXPIRY }: Config): number {
  return MODEL_EXPIRY * HOUR_MS;
}

/** What training stands on, as it is configured. */
export function trainingPlatform(config: Config, url: string): TrainingPlatform {
  return {
    url,
    registry: registryPlaces(config),
    libraries: libraryPlaces(config),
    expiryMs: expiryMs(config),
  };
}

/** What a training may take, as it is configured; memory is watched where it is taken, in the training process. */
export function trainingLimits({ MODEL_TRAIN_MINUTES }: Config): JobLimits {
  return { timeMs: MODEL_TRAIN_MINUTES * 60_000, memoryBytes: null };
}

/** One training for each horizon, as it is configured. */
export function trainingRequests(
  config: Config,
  because: string,
  horizons: readonly number[] = config.MODEL_HORIZONS,
): readonly RetrainRequest[] {
  const { MODEL_TRAIN_MEMORY: megabytes, MODEL_TUNING_TRIALS: trials } = config;
  return horizons.map((horizon) => {
    const { settings, ...request } = retrainRequest(horizon);
    return {
      ...request,
      because,
      features: config.MODEL_FEATURES,
      windowMs: config.MODEL_WINDOW_DAYS * 24 * HOUR_MS,
      leastRows: config.MODEL_LEAST_ROWS,
      keep: config.MODEL_KEEP,
      settings: {
        ...settings,
        algorithm: config.MODEL_ALGORITHM,
        tuning: trials === 0 ? null : { trials, seconds: null, parallel: PARALLEL },
        memoryLimitBytes: megabytes === null ? null : megabytes * 1024 * 1024,
      },
    };
  });
}
