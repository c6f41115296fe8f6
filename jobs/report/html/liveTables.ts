import { amount, minuteText, percent, price } from '../format.ts';
import type { LatencyReport, LiveReport } from '../report.ts';
import type { Table } from './table.ts';

/** What `accuracy_1d` says of the same predictions. */
export function dayTable({ days }: LiveReport): Table {
  const optional = (share: number | null, digits: number): string =>
    share === null ? '–' : percent(share, digits);
  return {
    caption: 'What the view accuracy_1d says: errors of the price in quote currency',
    columns: [
      'day (UTC)',
      'market',
      'predictions',
      'MAE',
      'of persistence',
      'skill',
      'direction right',
      'inside interval',
    ],
    rows: days.map((day) => [
      minuteText(day.day).slice(0, 10),
      `${day.market.exchange} ${day.market.symbol}`,
      amount(day.predictions),
      price(day.mae),
      price(day.persistenceMae),
      optional(day.skill, 2),
      optional(day.directionalAccuracy, 1),
      optional(day.intervalCoverage, 1),
    ]),
  };
}

/** How long after the close predictions were handed over. */
export function latencyTable({ predictions, p50, p95, p99, most }: LatencyReport): Table {
  const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
  return {
    caption:
      'From the scorer being told that a minute is over to its predictions being handed to the database',
    columns: ['predictions in time', 'median', '95 %', '99 %', 'longest'],
    rows: [[amount(predictions), ms(p50), ms(p95), ms(p99), ms(most)]],
  };
}
