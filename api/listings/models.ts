import { sql } from 'kysely';
import { z } from 'zod';
import { FILTERS, listing, name } from './listing.ts';
import { promotedThen } from './promotedThen.ts';

const named = { column: 'name', schema: name('model').describe('Models with this name only') };

/** The registry of models. */
export const models = listing({
  path: '/v1/models',
  id: 'listModels',
  summary: 'Models, with what they serve as and how good they were',
  description:
    'Every version that was registered. alias is champion, challenger, or null when it is out of service; with as_of it is the alias of that time. metrics are from data that the version did not see. changed_features are inputs that mean something else than when it was trained: as long as there are any it does not predict; it is as of now, with as_of too.',
  view: () => 'models',
  views: ['models'],
  key: () => [
    { name: 'created_at', kind: 'time' },
    { name: 'name', kind: 'text' },
    { name: 'version', kind: 'int' },
  ],
  time: 'created_at',
  ofMarket: false,
  filters: {
    name: named,
    version: FILTERS.version,
    horizon: FILTERS.horizon,
  },
  json: ['parameters', 'metrics', 'feature_names', 'feature_fingerprints', 'changed_features'],
  asOf: {
    known: (at) => sql<boolean>`created_at <= ${at}`,
    joined: promotedThen,
    replaced: {
      alias: () => sql.ref('alias_then'),
      alias_changed_at: () => sql.ref('alias_changed_then'),
    },
    final: false,
  },
});

/** Decisions about models. */
export const promotions = listing({
  path: '/v1/promotions',
  id: 'listPromotions',
  summary: 'Decisions about which model serves, and why',
  description: 'Written once each, with the figures they were decided by.',
  view: () => 'promotions',
  views: ['promotions'],
  key: () => [
    { name: 'decided_at', kind: 'time' },
    { name: 'name', kind: 'text' },
    { name: 'decision', kind: 'int' },
  ],
  time: 'decided_at',
  ofMarket: false,
  filters: {
    name: named,
    version: FILTERS.version,
    action: {
      column: 'action',
      schema: z
        .enum(['challenge', 'promote', 'refuse', 'rollback', 'retire'], {
          error: 'expected challenge, promote, refuse, rollback or retire',
        })
        .optional()
        .describe('Decisions of this kind only'),
    },
  },
  json: ['reasons', 'evidence'],
  asOf: { known: (at) => sql<boolean>`decided_at <= ${at}`, final: true },
});

/** What is held to have drifted. */
export const drift = listing({
  path: '/v1/drift',
  id: 'listDrift',
  summary: 'How far what a model is asked is from what it was trained on, feature by feature',
  description:
    'The newest check of every model, version and feature: ok, warning or drifted, and for how many checks. predicted_return is among the features.',
  view: () => 'drift_states',
  views: ['drift_states'],
  key: () => [
    { name: 'model', kind: 'text' },
    { name: 'version', kind: 'int' },
    { name: 'feature', kind: 'text' },
  ],
  time: null,
  ofMarket: false,
  filters: {
    model: FILTERS.model,
    version: FILTERS.version,
    state: {
      column: 'state',
      schema: z
        .enum(['ok', 'warning', 'drifted'], { error: 'expected ok, warning or drifted' })
        .optional()
        .describe('Features in this state only'),
    },
  },
});
