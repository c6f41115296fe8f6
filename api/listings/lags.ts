import { FILTERS, listing } from './listing.ts';

const ofMarket = { exchange: FILTERS.exchange, symbol: FILTERS.symbol };
const market = [
  { name: 'exchange', kind: 'text' },
  { name: 'symbol', kind: 'text' },
] as const;

/** How far features are behind. */
export const featureLag = listing({
  path: '/v1/lag/features',
  id: 'listFeatureLag',
  summary: 'How long the features of each market have not been complete',
  description: 'Models predict complete minutes only. Null where no minute of the last day is complete.',
  view: () => 'feature_lag',
  views: ['feature_lag'],
  key: () => market,
  time: null,
  ofMarket: false,
  filters: ofMarket,
});

/** How far scoring is behind. */
export const scoringLag = listing({
  path: '/v1/lag/scoring',
  id: 'listScoringLag',
  summary: 'How many closed minutes each model in service has not looked at',
  description:
    'A row per model, version and market. Minutes that do not go away mean that scoring is down or too slow.',
  view: () => 'scoring_lag',
  views: ['scoring_lag'],
  key: () => [{ name: 'model', kind: 'text' }, { name: 'version', kind: 'int' }, ...market],
  time: null,
  ofMarket: false,
  filters: { ...ofMarket, model: FILTERS.model, version: FILTERS.version },
});

/** Minutes that nothing is known of. */
export const unknownMinutes = listing({
  path: '/v1/unknown-minutes',
  id: 'listUnknownMinutes',
  summary: 'How many minutes of each day nothing is known of',
  description:
    'Features that reach over an unknown minute are not complete. The last day counts up to the latest event.',
  view: () => 'unknown_minutes',
  views: ['unknown_minutes'],
  key: () => [{ name: 'day', kind: 'time' }, ...market],
  time: 'day',
  ofMarket: false,
  filters: ofMarket,
});
