import type { Point } from '../charts/chart.ts';
import { drawRanks } from '../charts/rankChart.ts';
import { amount, basisPoints, fixed, minuteText, percent } from '../format.ts';
import type { Measured } from '../measured.ts';
import type { FeatureWeight } from '../report.ts';
import { chartFigure, figure } from './figure.ts';
import type { Markup } from './markup.ts';

/** Features that are shown. */
const MOST_FEATURES = 12;

/** Skill of each part of the time. */
export function skillFigure(id: string, where: string, { stretches }: Measured): Markup | null {
  const known = stretches.flatMap((stretch, index) =>
    stretch.skill === null ? [] : [{ x: index + 1, y: stretch.skill }],
  );
  if (known.length < 2) return null;
  return chartFigure(
    {
      id: `${id}-skill`,
      title: `Skill over time, ${where}`,
      about: 'Above 0 the model loses less than predicting no change; single parts jump about by chance.',
      ...{ xLabel: 'part of the time', yLabel: 'skill' },
      xText: (value) => (Number.isInteger(value) ? String(value) : ''),
      yText: (value) => percentTick(value),
      marks: [
        { kind: 'bars', name: 'skill', tone: 1, points: known },
        { kind: 'level', name: 'no skill', y: 0 },
      ],
    },
    stretchTable({ stretches }),
  );
}

/** Share of returns inside their interval in each part of the time. */
export function coverageFigure(id: string, where: string, measured: Measured): Markup | null {
  const { stretches, metrics } = measured;
  if (stretches.length < 2) return null;
  return chartFigure(
    {
      id: `${id}-coverage`,
      title: `Returns inside their interval, ${where}`,
      about: `${percent(metrics.interval.level, 0)} should fall inside. Below the line the model is too sure of itself, above it too careful.`,
      ...{ xLabel: 'part of the time', yLabel: 'inside' },
      xText: (value) => (Number.isInteger(value) ? String(value) : ''),
      yText: (value) => percentTick(value),
      marks: [
        {
          kind: 'line',
          name: 'inside',
          tone: 3,
          points: stretches.map(({ coverage }, index) => ({ x: index + 1, y: coverage })),
        },
        { kind: 'level', name: `${percent(metrics.interval.level, 0)} wanted`, y: metrics.interval.level },
      ],
    },
    stretchTable(measured),
  );
}

function stretchTable({ stretches }: Pick<Measured, 'stretches'>) {
  const optional = (share: number | null, digits: number): string =>
    share === null ? '–' : percent(share, digits);
  return {
    caption: 'Parts of the time, as long in rows',
    columns: ['part', 'from (UTC)', 'rows', 'skill', 'direction right', 'inside interval'],
    rows: stretches.map(({ from, rows, skill, accuracy, coverage }, index) => [
      String(index + 1),
      minuteText(from),
      amount(rows),
      optional(skill, 2),
      optional(accuracy, 1),
      percent(coverage, 1),
    ]),
  };
}

/** What the trading rule earned. */
export function equityFigure(id: string, where: string, { equity, metrics }: Measured): Markup | null {
  if (equity.length < 2) return null;
  const line = (of: (point: Measured['equity'][number]) => number): readonly Point[] => [
    { x: 0, y: 0 },
    ...equity.map((point) => ({ x: point.trades, y: of(point) })),
  ];
  return chartFigure(
    {
      id: `${id}-equity`,
      title: `Trading rule, ${where}`,
      about: `Earned in all, as share of one stake that is the same for each trade; fees ${percent(2 * metrics.trading.fee, 2)} a round trip. Neither spread nor slippage is taken off.`,
      ...{ xLabel: 'trades', yLabel: 'earned' },
      xText: amount,
      yText: (value) => percentTick(value),
      marks: [
        { kind: 'line', name: 'before fees', tone: 3, points: line(({ gross }) => gross) },
        { kind: 'line', name: 'after fees', tone: 2, points: line(({ net }) => net) },
        { kind: 'level', name: 'nothing', y: 0 },
      ],
    },
    {
      caption: 'Earned after so many trades, as share of one stake',
      columns: ['trades', 'time (UTC)', 'before fees', 'after fees'],
      rows: tenOf(equity).map(({ trades, time, gross, net }) => [
        amount(trades),
        minuteText(time),
        percent(gross, 2),
        percent(net, 2),
      ]),
    },
  );
}

/** What was predicted, and what came. */
export function pairsFigure(id: string, where: string, { pairs, deciles }: Measured): Markup | null {
  if (deciles.length < 2) return null;
  const point = ({
    predicted,
    realised,
  }: {
    readonly predicted: number;
    readonly realised: number;
  }): Point => ({ x: predicted, y: realised });
  // Single outliers would press all the others together.
  const edge =
    3 *
    quantile(
      pairs.map(({ realised }) => Math.abs(realised)),
      0.8,
    );
  const inside = pairs.filter(({ realised }) => Math.abs(realised) <= edge);
  return chartFigure(
    {
      id: `${id}-pairs`,
      title: `Predicted and realised, ${where}`,
      about: `Small dots are single rows (${amount(pairs.length - inside.length)} of ${amount(pairs.length)} lie outside), large ones the means of tenths of all rows. With skill the large ones rise; a perfect forecast lies on the dashed line.`,
      ...{ xLabel: 'predicted return, bp', yLabel: 'realised, bp' },
      xText: basisPointTick,
      yText: basisPointTick,
      marks: [
        { kind: 'dots', name: 'rows', tone: 'quiet', points: inside.map(point) },
        { kind: 'diagonal', name: 'as predicted' },
        { kind: 'dots', name: 'means of tenths', tone: 2, points: deciles.map(point) },
      ],
    },
    {
      caption: 'Tenths of the rows by what was predicted: mean log returns',
      columns: ['tenth', 'rows', 'predicted', 'realised'],
      rows: deciles.map(({ rows, predicted, realised }, index) => [
        String(index + 1),
        amount(rows),
        basisPoints(predicted),
        basisPoints(realised),
      ]),
    },
  );
}

/** Whether probabilities come true. */
export function reliabilityFigure(id: string, where: string, { reliability }: Measured): Markup | null {
  if (reliability.length === 0) return null;
  return chartFigure(
    {
      id: `${id}-reliability`,
      title: `Probability of a rise, ${where}`,
      about:
        'How often the price rose where about this probability was given, with 95 % intervals. On the dashed line probabilities are right.',
      ...{ xLabel: 'probability given', yLabel: 'rose' },
      xText: (value) => percentTick(value),
      yText: (value) => percentTick(value),
      marks: [
        { kind: 'diagonal', name: 'as given' },
        {
          kind: 'whiskers',
          name: '95 % interval',
          tone: 1,
          points: reliability.map(({ probability, lower, upper }) => ({
            x: probability,
            y: lower,
            end: upper,
          })),
        },
        {
          kind: 'dots',
          name: 'share that rose',
          tone: 1,
          points: reliability.map(({ probability, rose }) => ({ x: probability, y: rose })),
        },
      ],
    },
    {
      caption: 'Rows by the probability of a rise that was given',
      columns: ['given', 'rows', 'rose', '95 % interval'],
      rows: reliability.map(({ rows, probability, rose, lower, upper }) => [
        percent(probability, 1),
        amount(rows),
        percent(rose, 1),
        `${percent(lower, 1)} to ${percent(upper, 1)}`,
      ]),
    },
  );
}

/** What the model rests on. */
export function featureFigure(id: string, features: readonly FeatureWeight[]): Markup | null {
  const learned = features.filter(({ importance }) => importance > 0).slice(0, MOST_FEATURES);
  if (learned.length === 0) return null;
  return figure(
    'What the model rests on',
    drawRanks({
      id: `${id}-features`,
      title: 'What the model rests on',
      about: 'Share of what was learned that came from each feature',
      bars: learned.map(({ feature, importance }) => ({
        name: feature,
        value: importance,
        text: percent(importance, 1),
      })),
    }),
    `The ${learned.length} most important of ${features.length} features, by their share of what was learned. What is important is not yet right: a model of noise has important features too.`,
    null,
    {
      caption:
        'Features: share of what was learned, and mean of the absolute contribution to the predicted log return',
      columns: ['feature', 'share', 'contribution'],
      rows: features.map(({ feature, importance, contribution }) => [
        feature,
        percent(importance, 2),
        basisPoints(contribution, 3),
      ]),
    },
  );
}

function percentTick(value: number): string {
  return `${Number(fixed(value * 100, 2))} %`;
}

function basisPointTick(value: number): string {
  return String(Number(fixed(value * 10_000, 2)));
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}

function tenOf<Item>(items: readonly Item[]): readonly Item[] {
  return items.filter((_, index) => index === items.length - 1 || index % Math.ceil(items.length / 10) === 0);
}
