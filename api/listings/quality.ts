import { FILTERS, listing, name } from './listing.ts';

const ofMarket = { exchange: FILTERS.exchange, symbol: FILTERS.symbol };
const market = [
  { name: 'exchange', kind: 'text' },
  { name: 'symbol', kind: 'text' },
] as const;

/** Inputs of models that are missing. */
export const featureNulls = listing({
  path: '/v1/quality/nulls',
  id: 'listFeatureNulls',
  summary: 'How often each input of the models is missing',
  description:
    'Over the complete minutes of the last 24 hours of each market. Models take a null for missing; a share that grows is news to them.',
  view: () => 'feature_nulls',
  views: ['feature_nulls'],
  key: () => [...market, { name: 'feature', kind: 'text' }],
  time: null,
  ofMarket: false,
  filters: {
    ...ofMarket,
    feature: { column: 'feature', schema: name('feature').describe('Of this one only') },
  },
});

/** Values that cannot be. */
export const impossibleValues = listing({
  path: '/v1/quality/impossible-values',
  id: 'listImpossibleValues',
  summary: 'Values that cannot be, such as a high below the low',
  description: 'A row per table, market and problem that there is: none is as it should be.',
  view: () => 'impossible_values',
  views: ['impossible_values'],
  key: () => [{ name: 'source', kind: 'text' }, ...market, { name: 'problem', kind: 'text' }],
  time: null,
  ofMarket: false,
  filters: ofMarket,
});

/** Trades that arrived again. */
export const duplicateRates = listing({
  path: '/v1/quality/duplicates',
  id: 'listDuplicateRates',
  summary: 'How many of the trades that arrived were known already, by hour',
  description:
    'Some are healthy: every reconnect begins with trades that were there. None of them is counted twice.',
  view: () => 'duplicate_rates',
  views: ['duplicate_rates'],
  key: () => [{ name: 'hour', kind: 'time' }, ...market],
  time: 'hour',
  ofMarket: false,
  filters: ofMarket,
});

/** Input that could not be used. */
export const deadLetters = listing({
  path: '/v1/quality/dead-letters',
  id: 'listDeadLetters',
  summary: 'How much input could not be used, by source',
  description: 'The bytes themselves and the reason are in the table dead_letters.',
  view: () => 'dead_letter_counts',
  views: ['dead_letter_counts'],
  key: () => [{ name: 'source', kind: 'text' }],
  time: null,
  ofMarket: false,
  filters: { source: { column: 'source', schema: name('source').describe('Of this source only') } },
});
