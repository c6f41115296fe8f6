import { calibrationDrawing } from './calibration.ts';
import { element } from './element.ts';
import { percent } from './format.ts';
import type { Accuracy, Calibration, Market, Prediction, Promotion } from './records.ts';
import { rows } from './rest.ts';
import { servedHours } from './served.ts';
import { skillChart } from './skillChart.ts';

const HOURS = 168;

/** How good a model is: against persistence hour by hour, and whether its probabilities hold. Charts end with the signal. */
export async function scoreCards(
  market: Market,
  model: Prediction | null,
  signal: AbortSignal,
): Promise<readonly HTMLElement[]> {
  if (model === null) return [];
  const { model: name, version, horizon_minutes: horizon } = model;
  const path = market.symbol.replace('/', '-');
  const [hours, tenths, promotions] = await Promise.all([
    rows<Accuracy>(`/v1/accuracy/${path}`, { exchange: market.exchange, model: name, horizon, limit: HOURS }),
    rows<Calibration>('/v1/calibration', { model: name, version, horizon }),
    rows<Promotion>('/v1/promotions', { name, limit: 200 }),
  ]);
  const served = servedHours(hours, promotions, version);
  const marks = promotions.filter(({ action }) => action === 'promote' || action === 'rollback');
  return [skillCard(served, marks, signal), calibrationCard(tenths)];
}

function skillCard(
  hours: readonly Accuracy[],
  promotions: readonly Promotion[],
  signal: AbortSignal,
): HTMLElement {
  const card = element('section', { class: 'card' }, element('h2', {}, 'Skill against persistence'));
  const judged = hours.filter(({ skill }) => skill !== null);
  if (judged.length === 0) {
    card.append(
      element(
        'p',
        { class: 'empty' },
        'Nothing to judge yet: the first predictions have to come to the end of their horizon.',
      ),
    );
    return card;
  }
  const day = judged.slice(0, 24);
  const skill = 1 - total(day, 'mae') / total(day, 'persistence_mae');
  const chart = skillChart(judged.toReversed(), promotions, signal);
  chart.setAttribute(
    'aria-label',
    `Skill hour by hour over ${judged.length} hours, ${percent(skill)} over the last ${day.length}`,
  );
  card.append(
    element(
      'dl',
      { class: 'figures' },
      figure(`Last ${day.length} h`, percent(skill), skill > 0 ? 'up' : skill < 0 ? 'down' : 'quiet'),
      figure('Direction', percent(mean(day, 'directional_accuracy'), 0)),
      figure('Inside', percent(mean(day, 'interval_coverage'), 0)),
    ),
    chart,
    element(
      'p',
      { class: 'note' },
      'Share of the error of "nothing moves" that the model takes away. Below zero it is worse than that.',
    ),
  );
  return card;
}

function calibrationCard(tenths: readonly Calibration[]): HTMLElement {
  const rises = tenths.filter(({ event }) => event === 'rise');
  return element(
    'section',
    { class: 'card' },
    element('h2', {}, 'Calibration'),
    rises.length === 0
      ? element('p', { class: 'empty' }, 'No probability has come to the end of its horizon yet.')
      : calibrationDrawing(rises),
  );
}

function figure(name: string, value: string, tone = ''): HTMLElement {
  return element('div', {}, element('dt', {}, name), element('dd', { class: tone }, value));
}

/** Sum of a mean over all predictions. */
function total(hours: readonly Accuracy[], of: 'mae' | 'persistence_mae'): number {
  return hours.reduce((sum, hour) => sum + (hour[of] ?? 0) * hour.predictions, 0);
}

function mean(hours: readonly Accuracy[], of: 'directional_accuracy' | 'interval_coverage'): number {
  const known = hours.filter((hour) => hour[of] !== null);
  const weight = known.reduce((sum, { predictions }) => sum + predictions, 0);
  return known.reduce((sum, hour) => sum + (hour[of] ?? 0) * hour.predictions, 0) / Math.max(1, weight);
}
