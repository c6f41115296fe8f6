import type { BundleDescription, Part } from '../registry/bundle.ts';
import type { DatasetIdentity } from './dataset/identity.ts';
import type { Evaluation, Span } from './evaluate.ts';
import type { Trainer } from './fit.ts';
import { quantilesOf } from './metrics/interval.ts';

/**
 * What a bundle says of itself.
 *
 * @param trained the rows that its models learned from
 */
export function describeBundle(
  identity: DatasetIdentity,
  { algorithm, parameters, settings }: Trainer,
  rounds: Readonly<Record<Part, number>>,
  evaluation: Evaluation,
  trained: Span,
): BundleDescription {
  const { request } = identity;
  const { folds, seed, halfLifeMs, fee, fitTimeLimitMs } = settings;
  return {
    tickwave: 'bundle',
    version: 1,
    algorithm: algorithm.name,
    horizonMinutes: request.horizonMinutes,
    features: request.features,
    markets: request.markets,
    quantiles: quantilesOf(settings.level),
    parameters: {
      ...parameters,
      roundsOfReturn: rounds.return,
      roundsOfInterval: rounds.interval,
      roundsOfDirection: rounds.direction,
      seed,
      halfLifeMs,
      slidingMs: folds.slidingMs,
      fitTimeLimitMs,
      fee,
      requestHash: identity.requestHash,
    },
    datasetHash: identity.datasetHash,
    sqlHash: identity.sqlHash,
    featureFingerprints: identity.featureFingerprints,
    trainedFrom: trained.from,
    trainedTo: trained.to,
    metrics: flatMetrics(evaluation),
  };
}

/** The pooled metrics by name, as registries list them. */
function flatMetrics({
  pooled,
  againstPersistence,
  folds,
}: Evaluation): Readonly<Record<string, number | null>> {
  const { direction, interval, trading, price } = pooled;
  return {
    rows: pooled.rows,
    folds: folds.length,
    mae: pooled.mae,
    rmse: pooled.rmse,
    persistence_mae: pooled.persistenceMae,
    skill: pooled.skill,
    skill_p_value: againstPersistence.pValue,
    mae_gain: againstPersistence.mean,
    mae_gain_lower: againstPersistence.lower,
    mae_gain_upper: againstPersistence.upper,
    price_mae: price?.mae ?? null,
    price_rmse: price?.rmse ?? null,
    directional_accuracy: direction.accuracy,
    directional_accuracy_lower: direction.lower,
    directional_accuracy_upper: direction.upper,
    brier: pooled.brier,
    interval_coverage: interval.coverage,
    interval_level: interval.level,
    pinball_lower: interval.lowerLoss,
    pinball_upper: interval.upperLoss,
    trades: trading.trades,
    net_return: trading.net,
    gross_return: trading.gross,
  };
}
