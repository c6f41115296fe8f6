import type { ServedView } from '../catalog.ts';
import type { Filter, KeyColumn } from '../listings/listing.ts';
import { FILTERS, name } from '../listings/listing.ts';

/** A kind of record that monitoring keeps: a table or view, and the index of the same. */
export interface MonitoringKind {
  readonly view: ServedView;
  /** Columns that rows are ordered by, the time first; together they are unique. */
  readonly key: readonly [KeyColumn, ...KeyColumn[]];
  /** What requests may filter by. */
  readonly filters: Readonly<Record<string, Filter>>;
  /** Condition on a column that rows of this kind meet. */
  readonly only?: { readonly column: string; readonly value: string };
  /** Whether the index keeps all of it, however old. */
  readonly kept: boolean;
  readonly summary: string;
}

const { exchange, symbol, model, version, horizon } = FILTERS;
const named = { column: 'name', schema: name('model').describe('Of models with this name only') };
const market = [
  { name: 'exchange', kind: 'text' },
  { name: 'symbol', kind: 'text' },
] as const;
const ofModel = [
  { name: 'horizon_minutes', kind: 'int' },
  { name: 'model', kind: 'text' },
  { name: 'version', kind: 'int' },
] as const;

/** Every kind, by its name in addresses and in the names of indices. */
export const KINDS = {
  predictions: {
    view: 'predictions',
    key: [{ name: 'window_start', kind: 'time' }, ...market, ...ofModel],
    filters: { exchange, symbol, model, version, horizon },
    kept: false,
    summary: 'Predictions of all markets, as they were made',
  },
  errors: {
    view: 'prediction_errors',
    key: [{ name: 'window_start', kind: 'time' }, ...market, ...ofModel],
    filters: { exchange, symbol, model, version, horizon },
    kept: false,
    summary: 'Predictions of all markets against what came true',
  },
  accuracy: {
    view: 'accuracy_1h',
    key: [{ name: 'hour', kind: 'time' }, ...market, ...ofModel],
    filters: { exchange, symbol, model, version, horizon },
    kept: false,
    summary: 'How good each model was in each market and hour',
  },
  'training-runs': {
    view: 'job_runs',
    key: [
      { name: 'started_at', kind: 'time' },
      { name: 'run', kind: 'int' },
    ],
    only: { column: 'kind', value: 'train' },
    filters: { state: { column: 'state', schema: name('state').describe('Runs in this state only') } },
    kept: true,
    summary: 'Runs of training',
  },
  models: {
    view: 'models',
    key: [
      { name: 'created_at', kind: 'time' },
      { name: 'name', kind: 'text' },
      { name: 'version', kind: 'int' },
    ],
    filters: {
      model: named,
      version,
      horizon,
      alias: { column: 'alias', schema: name('alias').describe('Only champion, or only challenger') },
    },
    kept: true,
    summary: 'Trained models',
  },
  decisions: {
    view: 'promotions',
    key: [
      { name: 'decided_at', kind: 'time' },
      { name: 'name', kind: 'text' },
      { name: 'decision', kind: 'int' },
    ],
    filters: {
      model: named,
      version,
      action: {
        column: 'action',
        schema: name('action').describe('Only promote, refuse, rollback and so on'),
      },
    },
    kept: true,
    summary: 'Decisions about which model serves',
  },
  health: {
    view: 'pipeline_health',
    key: [{ name: 'sampled_at', kind: 'time' }, ...market],
    filters: {
      exchange,
      symbol,
      state: { column: 'state', schema: name('state').describe('Only live, quiet or stale') },
    },
    kept: false,
    summary: 'How each market was fed, minute by minute',
  },
  alerts: {
    view: 'alerts',
    key: [
      { name: 'since', kind: 'time' },
      { name: 'rule', kind: 'text' },
      { name: 'subject', kind: 'text' },
      { name: 'episode', kind: 'int' },
    ],
    filters: {
      rule: { column: 'rule', schema: name('rule').describe('Of this rule only') },
      severity: {
        column: 'severity',
        schema: name('severity').describe('Only info, warning or critical'),
      },
      state: { column: 'state', schema: name('state').describe('Only pending, firing or resolved') },
    },
    kept: false,
    summary: 'Alerts by rule and subject, each time that one began',
  },
  'drift-checks': {
    view: 'drift_checks',
    key: [
      { name: 'checked_through', kind: 'time' },
      { name: 'model', kind: 'text' },
      { name: 'version', kind: 'int' },
      { name: 'feature', kind: 'text' },
    ],
    filters: {
      model,
      version,
      feature: { column: 'feature', schema: name('feature').describe('Of this input only') },
      state: { column: 'state', schema: name('state').describe('Only ok, warning or drifted') },
    },
    kept: false,
    summary: "Checks of the models' inputs for drift, hour by hour",
  },
  retraining: {
    view: 'retraining_decisions',
    key: [
      { name: 'decided_at', kind: 'time' },
      { name: 'name', kind: 'text' },
      { name: 'decision', kind: 'int' },
    ],
    filters: {
      model: named,
      version,
      action: { column: 'action', schema: name('action').describe('Only retrain, or only wait') },
    },
    kept: true,
    summary: 'Decisions about training a model before its time',
  },
} as const satisfies Readonly<Record<string, MonitoringKind>>;

/** A kind's name. */
export type KindName = keyof typeof KINDS;

/** A kind by its name. */
export function kindOf(kind: KindName): MonitoringKind {
  return KINDS[kind];
}
