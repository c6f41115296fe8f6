import { z } from 'zod';
import type { WrittenRow } from '../../engine/database/writeRows.ts';
import type { BundleDescription } from './bundle.ts';
import type { Decision, RegisteredModel } from './registeredModel.ts';

const value = z.union([z.number(), z.string(), z.boolean(), z.null()]);
const alias = z.enum(['champion', 'challenger']).nullable();
const instant = z.date().transform((date) => date.toISOString());

/** A column that holds JSON as text. */
function json<Schema extends z.ZodType>(schema: Schema) {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'it is not JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);
}

const modelSchema = z
  .object({
    name: z.string(),
    version: z.int(),
    alias,
    algorithm: z.enum(['persistence', 'ridge', 'xgboost', 'lightgbm']),
    horizon_minutes: z.int(),
    parameters: json(z.record(z.string(), value)),
    metrics: json(z.record(z.string(), z.number().nullable())),
    feature_names: json(z.array(z.string())),
    dataset_hash: z.string(),
    sql_hash: z.string(),
    artifact: z.string().nullable(),
    artifact_hash: z.string(),
    trained_from: instant,
    trained_to: instant,
    created_at: instant,
    alias_changed_at: instant.nullable(),
    feature_fingerprints: json(z.record(z.string(), z.string())).nullable(),
    changed_features: json(z.array(z.string())).nullable(),
  })
  .transform(
    (row): RegisteredModel => ({
      name: row.name,
      version: row.version,
      alias: row.alias,
      algorithm: row.algorithm,
      horizonMinutes: row.horizon_minutes,
      parameters: row.parameters,
      metrics: row.metrics,
      featureNames: row.feature_names,
      datasetHash: row.dataset_hash,
      sqlHash: row.sql_hash,
      artifact: row.artifact,
      artifactHash: row.artifact_hash,
      trainedFrom: row.trained_from,
      trainedTo: row.trained_to,
      createdAt: row.created_at,
      aliasChangedAt: row.alias_changed_at,
      featureFingerprints: row.feature_fingerprints,
      changedFeatures: row.changed_features,
    }),
  );

const decisionSchema = z
  .object({
    name: z.string(),
    decision: z.int(),
    version: z.int(),
    action: z.enum(['challenge', 'promote', 'refuse', 'rollback', 'retire']),
    alias,
    previous_version: z.int().nullable(),
    reasons: json(z.array(z.string())),
    evidence: json(z.record(z.string(), z.unknown())),
    decided_at: instant,
  })
  .transform(
    ({ previous_version, decided_at, ...row }): Decision => ({
      ...row,
      previousVersion: previous_version,
      decidedAt: decided_at,
    }),
  );

/** A row of `models`. */
export function modelOf(row: unknown): RegisteredModel {
  return modelSchema.parse(row);
}

/** A row of `promotions`. */
export function decisionOf(row: unknown): Decision {
  return decisionSchema.parse(row);
}

/** Where a version is and when it came. */
export interface Registration {
  readonly name: string;
  readonly version: number;
  readonly artifact: string;
  readonly artifactHash: string;
  /** ISO 8601 in UTC. */
  readonly createdAt: string;
}

/** The row of `models` of a version that nobody has given an alias yet. */
export function registrationRow(at: Registration, description: BundleDescription): WrittenRow {
  return {
    name: at.name,
    version: at.version,
    algorithm: description.algorithm,
    horizon_minutes: description.horizonMinutes,
    parameters: JSON.stringify(description.parameters),
    metrics: JSON.stringify(description.metrics),
    feature_names: JSON.stringify(description.features),
    dataset_hash: description.datasetHash,
    sql_hash: description.sqlHash,
    artifact: at.artifact,
    artifact_hash: at.artifactHash,
    trained_from: description.trainedFrom,
    trained_to: description.trainedTo,
    created_at: at.createdAt,
    feature_fingerprints:
      description.featureFingerprints === null ? null : JSON.stringify(description.featureFingerprints),
  };
}
