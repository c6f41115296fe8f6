import type { AlgorithmName } from '../models/model.ts';
import { BadModelName } from './errors.ts';

/** What serves: the champion's predictions count, the challenger predicts in its shadow. One version of a name has each. */
export type Alias = 'champion' | 'challenger';

/** One version of a model, as the table `models` has it. Times are ISO 8601 in UTC. */
export interface RegisteredModel {
  readonly name: string;
  /** Counts up from 1 for each name; never given twice. */
  readonly version: number;
  /** Null when it is out of service. */
  readonly alias: Alias | null;
  readonly algorithm: AlgorithmName;
  readonly horizonMinutes: number;
  readonly parameters: Readonly<Record<string, number | string | boolean | null>>;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly featureNames: readonly string[];
  readonly datasetHash: string;
  readonly sqlHash: string;
  /** Where its files are; null once they were pruned. */
  readonly artifact: string | null;
  /** SHA-256 of `bundle.json`, which has the hashes of the other files. */
  readonly artifactHash: string;
  readonly trainedFrom: string;
  readonly trainedTo: string;
  readonly createdAt: string;
  readonly aliasChangedAt: string | null;
  /** What its inputs meant when it was trained, a hash by name; null for one that an older Tickwave trained and nobody has used since. */
  readonly featureFingerprints: Readonly<Record<string, string>> | null;
  /** Inputs that mean something else now, as it was last looked at; null when it may predict. */
  readonly changedFeatures: readonly string[] | null;
}

/** What was decided: put in the champion's shadow, made champion, not made champion, put back, taken out of service. */
export type Action = 'challenge' | 'promote' | 'refuse' | 'rollback' | 'retire';

/** One decision about a version, as the table `promotions` has it. */
export interface Decision {
  readonly name: string;
  /** Counts up from 1 for each name. */
  readonly decision: number;
  readonly version: number;
  readonly action: Action;
  /** What the version serves as from then on. */
  readonly alias: Alias | null;
  /** The version that had the alias until then. */
  readonly previousVersion: number | null;
  /** Sentences for people. */
  readonly reasons: readonly string[];
  /** Figures that it was decided by; plain JSON. */
  readonly evidence: Readonly<Record<string, unknown>>;
  /** ISO 8601 in UTC. */
  readonly decidedAt: string;
}

const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Names are parts of paths. @throws BadModelName */
export function checkName(name: string): void {
  if (!NAME.test(name))
    throw new BadModelName(
      `The model's name is ${JSON.stringify(name)};`,
      'use up to 63 small letters, digits, hyphens and underscores, a letter or digit first.',
    );
}

/**
 * When a model has expired: its newest training data is too old, in event time, so that a replay expires as the market did.
 *
 * @param expiryMs how long its training data is good for
 * @returns milliseconds since the Unix epoch; minutes that begin then or later are not predicted
 */
export function expiryOf(model: RegisteredModel, expiryMs: number): number {
  return Date.parse(model.trainedTo) + expiryMs;
}
