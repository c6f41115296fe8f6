import type { Metrics } from '../../training/metrics/metrics.ts';
import type { Comparison } from '../../training/significance/compare.ts';
import { amount, basisPoints, lasting, percent, price, probability, spanText } from '../format.ts';
import type { Measured } from '../measured.ts';
import type { LiveReport, TrainingReport } from '../report.ts';
import type { Table } from './table.ts';

const NONE = '–';

/** How good, a line a metric: in the walk forward, and in the replay. */
export function qualityTable(training: TrainingReport, live: LiveReport | null): Table {
  const parts = [training.walkForward, ...(live === null ? [] : [live.measured])];
  const line = (name: string, of: (part: Measured) => string): readonly string[] => [name, ...parts.map(of)];
  return {
    caption: 'How good the model is on rows that it had not seen, against predicting no change (persistence)',
    columns: ['', 'walk forward', ...(live === null ? [] : ['replay'])],
    rows: [
      line('rows', ({ metrics }) => amount(metrics.rows)),
      line('time (UTC)', ({ from, to }) => spanText(from, to)),
      line('mean absolute error of the log return', ({ metrics }) => basisPoints(metrics.mae, 3)),
      line('the same of persistence', ({ metrics }) => basisPoints(metrics.persistenceMae, 3)),
      line('root mean squared error', ({ metrics }) => basisPoints(metrics.rmse, 3)),
      line('mean absolute error of the price', ({ metrics }) =>
        metrics.price === null ? NONE : price(metrics.price.mae),
      ),
      line('skill', ({ skill }) => (skill === null ? NONE : percent(skill.value, 2))),
      line('its 95 % interval', ({ skill }) => (skill === null ? NONE : range(skill, 2))),
      line('chance that luck does as well', ({ againstPersistence }) =>
        probability(againstPersistence.pValue),
      ),
      line('direction right', ({ metrics: { direction } }) => optional(direction.accuracy, 1)),
      line(
        'its 95 % interval',
        ({
          metrics: {
            direction: { lower, upper },
          },
        }) => (lower === null || upper === null ? NONE : range({ lower, upper }, 1)),
      ),
      line(
        'returns inside their interval',
        ({ metrics: { interval } }) =>
          `${percent(interval.coverage, 1)} of ${percent(interval.level, 0)} wanted`,
      ),
      line('Brier score of the direction (even odds: 0.25)', ({ metrics }) => metrics.brier.toFixed(4)),
      line('trades of the rule', ({ metrics: { trading } }) => amount(trading.trades)),
      line('earned before fees', ({ metrics: { trading } }) => `${percent(trading.gross, 2)} of a stake`),
      line('earned after fees', ({ metrics: { trading } }) => `${percent(trading.net, 2)} of a stake`),
    ],
  };
}

/** All algorithms on the same rows. */
export function comparedTable({ compared }: TrainingReport): Table {
  return {
    caption: 'Models compared: the same rows, the same walk forward',
    columns: ['algorithm', ...METRIC_COLUMNS, 'p', 'training'],
    rows: compared.map(({ algorithm, metrics, againstPersistence, seconds }) => [
      algorithm,
      ...metricCells(metrics, againstPersistence),
      lasting(seconds),
    ]),
  };
}

/** The walk forward, fold by fold. */
export function foldTable({ folds }: TrainingReport): Table {
  return {
    caption: 'Walk forward, fold by fold: learned from the past, asked about what came next',
    columns: ['asked (UTC)', 'learned from', ...METRIC_COLUMNS],
    rows: folds.map(({ train, test, metrics }) => [
      spanText(test.from, test.to),
      `${amount(train.rows)} rows`,
      ...metricCells(metrics, null),
    ]),
  };
}

/** Each market by itself. */
export function marketTable(caption: string, parts: TrainingReport['byMarket']): Table {
  return {
    caption,
    columns: ['market', ...METRIC_COLUMNS],
    rows: parts.map(({ market, metrics }) => [
      `${market.exchange} ${market.symbol}`,
      ...metricCells(metrics, null),
    ]),
  };
}

const METRIC_COLUMNS = ['rows', 'MAE', 'skill', 'direction right', 'inside interval', 'after fees'] as const;

function metricCells(metrics: Metrics, comparison: Comparison | null): readonly string[] {
  return [
    amount(metrics.rows),
    basisPoints(metrics.mae, 3),
    optional(metrics.skill, 2),
    optional(metrics.direction.accuracy, 1),
    percent(metrics.interval.coverage, 1),
    percent(metrics.trading.net, 2),
    ...(comparison === null ? [] : [String(Number(comparison.pValue.toPrecision(2)))]),
  ];
}

function optional(share: number | null, digits: number): string {
  return share === null ? NONE : percent(share, digits);
}

function range({ lower, upper }: { readonly lower: number; readonly upper: number }, digits: number): string {
  return `${percent(lower, digits)} to ${percent(upper, digits)}`;
}
