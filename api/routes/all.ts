import { alertDeliveries, alerts, retraining } from '../listings/alerts.ts';
import { accuracy, calibration, errors, predictionHistory } from '../listings/judged.ts';
import { featureLag, scoringLag, unknownMinutes } from '../listings/lags.ts';
import { drift, models, promotions } from '../listings/models.ts';
import { news, scores } from '../listings/news.ts';
import { freshness, gaps, jobs } from '../listings/pipeline.ts';
import { deadLetters, duplicateRates, featureNulls, impossibleValues } from '../listings/quality.ts';
import type { Route } from '../route.ts';
import { candles } from './candles.ts';
import { catalog } from './catalog.ts';
import { features } from './features.ts';
import { feeds } from './feeds.ts';
import { health } from './health.ts';
import { indicators } from './indicators.ts';
import { markets } from './markets.ts';
import { allPredictions, predictions, shortPredictions } from './predictions.ts';
import { ready } from './ready.ts';

/** Every path that is read, in the order of the document. */
export const routes: readonly Route[] = [
  health,
  ready,
  feeds,
  markets,
  candles,
  indicators,
  features,
  news,
  scores,
  allPredictions,
  predictions,
  shortPredictions,
  predictionHistory,
  errors,
  accuracy,
  calibration,
  models,
  promotions,
  retraining,
  drift,
  gaps,
  freshness,
  featureLag,
  scoringLag,
  unknownMinutes,
  featureNulls,
  impossibleValues,
  duplicateRates,
  deadLetters,
  jobs,
  alerts,
  alertDeliveries,
  catalog,
];
