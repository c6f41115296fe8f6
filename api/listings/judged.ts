import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { KeyColumn } from './listing.ts';
import { FILTERS, listing } from './listing.ts';

const ofModel = { horizon: FILTERS.horizon, model: FILTERS.model, version: FILTERS.version };

function keyBy(time: string): readonly KeyColumn[] {
  return [
    { name: time, kind: 'time' },
    { name: 'horizon_minutes', kind: 'int' },
    { name: 'model', kind: 'text' },
    { name: 'version', kind: 'int' },
  ];
}

/** A market's predictions. */
export const predictionHistory = listing({
  path: '/v1/predictions/{symbol}/history',
  id: 'listPredictions',
  summary: 'Predictions of a market, as they were made',
  description:
    'Of every model and version, written once and never rewritten. With as_of, those that had been made by then: an answer that never changes.',
  view: () => 'predictions',
  views: ['predictions'],
  key: () => keyBy('window_start'),
  time: 'window_start',
  ofMarket: true,
  filters: ofModel,
  json: ['contributions'],
  asOf: { known: (at) => sql<boolean>`made_at <= ${at}`, final: true },
});

/** What was predicted against what came true. */
export const errors = listing({
  path: '/v1/errors/{symbol}',
  id: 'listPredictionErrors',
  summary: 'Predictions of a market against what came true',
  description:
    'Predictions whose horizon is over, beside the persistence baseline. With as_of, those that had been made and were over by then, against the price as it is known now.',
  view: () => 'prediction_errors',
  views: ['prediction_errors'],
  key: () => keyBy('window_start'),
  time: 'window_start',
  ofMarket: true,
  filters: ofModel,
  asOf: {
    known: (at) => sql<boolean>`made_at <= ${at} and ${overBy(at)}`,
    final: false,
  },
});

/** The minute at the horizon, which is one after those that it counts, had passed. */
function overBy(at: string): RawBuilder<boolean> {
  return sql<boolean>`window_start + (horizon_minutes + 1) * interval '1 minute' <= ${at}`;
}

/** How good each model was. */
export const accuracy = listing({
  path: '/v1/accuracy/{symbol}',
  id: 'listAccuracy',
  summary: 'How good each model was in a market, hour by hour or day by day',
  description:
    'Against persistence, which predicts that nothing moves: skill is the share of its error that the model takes away. Predictions that are made late are added to their hour, so there is no as_of here: add up /v1/errors for it.',
  view: ({ period }) => (period === '1d' ? 'accuracy_1d' : 'accuracy_1h'),
  views: ['accuracy_1h', 'accuracy_1d'],
  key: ({ period }) => keyBy(period === '1d' ? 'day' : 'hour'),
  time: 'hour or day',
  ofMarket: true,
  filters: ofModel,
  choices: {
    period: z
      .enum(['1h', '1d'], { error: 'expected 1h or 1d' })
      .default('1h')
      .describe('Whether a row is an hour or a day'),
  },
});

/** Whether what a model gives a probability comes true as often. */
export const calibration = listing({
  path: '/v1/calibration',
  id: 'listCalibration',
  summary: 'How often what was given a probability came true',
  description:
    'The reliability diagram in rows, a row per model, version, event and tenth of the probability, over all markets.',
  view: () => 'calibration',
  views: ['calibration'],
  key: () => [
    { name: 'model', kind: 'text' },
    { name: 'version', kind: 'int' },
    { name: 'horizon_minutes', kind: 'int' },
    { name: 'event', kind: 'text' },
    { name: 'tenth', kind: 'int' },
  ],
  time: null,
  ofMarket: false,
  filters: ofModel,
});
