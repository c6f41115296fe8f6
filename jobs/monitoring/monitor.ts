import type { Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { said } from '../models/errors.ts';
import type { Registry } from '../registry/registry.ts';
import { checkDrift, type DriftChange } from './drift.ts';
import { decideRetraining, type JudgedDecision } from './policy.ts';
import { type WatchedModel, watchedModels } from './progress.ts';
import { PREDICTION, storePredictionReference, storeReferences } from './references.ts';
import type { MonitoringSettings } from './settings.ts';

const DAY = 86_400_000;
/** Days that counts are kept: a week can be looked at in SQL. */
const KEEP_COUNTS = 8;

/** What monitoring stands on. */
export interface MonitoringPlatform {
  /** Connections as the owner of the database; one is enough. */
  readonly pool: Pool;
  /** Says which markets a version was trained on. */
  readonly registry: Pick<Registry, 'serving' | 'load'>;
  readonly clock: Clock;
}

/** What one run of the monitoring found and decided. */
export interface Monitored {
  /** Features whose state changed. */
  readonly changes: readonly DriftChange[];
  readonly decisions: readonly JudgedDecision[];
  /** Names of models that are to be trained now. */
  readonly retrain: readonly string[];
  /** What was done and what could not be, for people; empty when there is nothing to say. */
  readonly sentences: readonly string[];
}

/**
 * What the scheduled monitoring does: gives new versions their references, counts and checks the hours that are over, decides about
 * retraining, and deletes what is old. Run it every few minutes; a second run without anything new does nothing.
 *
 * @example
 * const { retrain } = await monitor({ pool, registry, clock }, STANDARD_MONITORING);
 */
export async function monitor(
  platform: MonitoringPlatform,
  settings: MonitoringSettings,
): Promise<Monitored> {
  const { pool, clock } = platform;
  const sentences: string[] = [];
  for (const model of await watchedModels(pool))
    for (const refer of [referFeatures, referPredictions])
      sentences.push(...(await refer(platform, model).catch((error: unknown) => [unwatched(model, error)])));
  const changes = await checkDrift(pool, clock, settings.drift);
  const decisions = await decideRetraining(pool, clock, settings.policy);
  await prune(pool, 'drift_counts', 'hour', KEEP_COUNTS);
  await prune(pool, 'drift_checks', 'checked_through', settings.keepDays);
  return {
    changes,
    decisions,
    retrain: decisions.filter(({ action }) => action === 'retrain').map(({ name }) => name),
    sentences: [...sentences, ...changes.map(changeSentence), ...decisions.map(decisionSentence)],
  };
}

/** Deletes what is so many days older than the newest of all: by event time, whatever model that is of. */
async function prune(pool: Pool, table: string, time: string, days: number): Promise<void> {
  const { rows } = await pool.query<{ newest: Date | null }>(`select max(${time}) as newest from ${table}`);
  const newest = rows[0]?.newest ?? null;
  if (newest === null) return;
  const before = new Date(newest.getTime() - days * DAY).toISOString();
  await pool.query(`delete from ${table} where ${time} < $1::timestamptz`, [before]);
}

async function referFeatures(
  { pool, registry, clock }: MonitoringPlatform,
  { name, version, referred }: WatchedModel,
): Promise<readonly string[]> {
  if (referred.some((feature) => feature !== PREDICTION)) return [];
  const model = (await registry.serving()).find((one) => one.name === name && one.version === version);
  if (model === undefined) return [];
  const { markets } = (await registry.load(model)).description;
  const features = await storeReferences(pool, model, markets, clock);
  return features > 0
    ? [`${name} ${version}: ${features} features are watched for drift.`]
    : [`${name} ${version} is not watched for drift: features has no rows of the time it was trained on.`];
}

async function referPredictions(
  { pool, clock }: MonitoringPlatform,
  { name, version, referred, began, scoredThrough }: WatchedModel,
): Promise<readonly string[]> {
  if (referred.includes(PREDICTION) || scoredThrough < began + DAY) return [];
  const stored = await storePredictionReference(pool, { name, version }, began, clock);
  return stored > 0
    ? [`${name} ${version}: its predictions are watched for drift, against those of its first day.`]
    : [];
}

function unwatched({ name, version }: WatchedModel, error: unknown): string {
  return `${name} ${version} cannot be watched for drift: ${said(error)}`;
}

function changeSentence({ model, version, feature, from, to, adjustedPsi }: DriftChange): string {
  return `${model} ${version}: ${feature} went from ${from} to ${to} (adjusted stability index ${adjustedPsi.toPrecision(3)}).`;
}

function decisionSentence({ name, version, action, reasons }: JudgedDecision): string {
  return `${name} ${version}: ${action === 'retrain' ? 'it is to be trained again' : 'it is not trained again yet'}. ${reasons.join(' ')}`;
}
