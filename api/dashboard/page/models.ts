import { element } from './element.ts';
import { moment } from './format.ts';
import type { Occasion } from './marks.ts';
import { type Model, type Prediction, type Promotion, seconds } from './records.ts';
import { rows } from './rest.ts';

const VERSIONS = 6;

/** What a card brings, and what of it is marked on the chart. */
export interface MarkedCard {
  readonly card: HTMLElement;
  readonly occasions: readonly Occasion[];
}

/** Versions of the chosen model, and when each was put into service. */
export async function modelsCard(chosen: Prediction | null): Promise<MarkedCard> {
  const query = chosen === null ? {} : { name: chosen.model };
  const [models, promotions] = await Promise.all([
    rows<Model>('/v1/models', { ...query, limit: VERSIONS }),
    rows<Promotion>('/v1/promotions', { ...query, limit: 50 }),
  ]);
  const lines = models.map(({ name, version, alias, algorithm, created_at }) =>
    element(
      'li',
      {},
      element('span', { class: 'name' }, `${name} v${version}`),
      alias !== null && element('span', { class: `tag ${alias}` }, alias),
      element('small', {}, `${algorithm} · ${moment(created_at)}`),
      why(promotions.find((one) => one.name === name && one.version === version)),
    ),
  );
  const body =
    lines.length > 0
      ? element('ul', { class: 'list' }, ...lines)
      : element('p', { class: 'empty' }, 'No model is registered yet.');
  return {
    card: element('section', { class: 'card' }, element('h2', {}, 'Models'), body),
    occasions: promotions
      .filter(({ action }) => action === 'promote' || action === 'rollback')
      .map(({ name, version, action, decided_at }) => ({
        time: seconds(decided_at),
        kind: 'model' as const,
        text: `${name} v${version}: ${action}`,
      })),
  };
}

function why(promotion: Promotion | undefined): HTMLElement | null {
  if (promotion === undefined || !Array.isArray(promotion.reasons)) return null;
  return element('p', {}, `${promotion.action}: ${promotion.reasons.join(' ')}`);
}
