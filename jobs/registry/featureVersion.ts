import type { Queryable } from '../../engine/database/writeRows.ts';
import type { RegisteredModel } from './registeredModel.ts';

/** What the columns of `features` mean in the version of sql/ that has the names. */
export interface FeatureVersion {
  /** Differs when any column means something else. Null while the names go over to another version; undefined where nobody says. */
  readonly stamp: string | null | undefined;
  /** A hash by name. */
  readonly columns: Readonly<Record<string, string>>;
}

/** Decides which rows a model is asked about, whatever its inputs are. */
const ROWS = 'complete';

const FIND = "select fingerprint, columns from catalog_fingerprints where object = 'features'";
const FIND_STAMP = "select fingerprint from catalog_fingerprints where object = 'features'";

/** Asks the engine's own table. */
export async function readFeatureVersion(from: Queryable): Promise<FeatureVersion> {
  const { rows } = await from.query<{ fingerprint: string | null; columns: string | null }>(FIND);
  const [row] = rows;
  return {
    stamp: row === undefined ? undefined : row.fingerprint,
    columns: row?.columns ? (JSON.parse(row.columns) as Record<string, string>) : {},
  };
}

/** As `readFeatureVersion`, without the columns. */
export async function readFeatureStamp(from: Queryable): Promise<FeatureVersion['stamp']> {
  const { rows } = await from.query<{ fingerprint: string | null }>(FIND_STAMP);
  return rows[0] === undefined ? undefined : rows[0].fingerprint;
}

/** What a model is to remember of the features that it learns from; null where nobody says what they mean. */
export function fingerprintsOf(
  { stamp, columns }: FeatureVersion,
  features: readonly string[],
): Readonly<Record<string, string>> | null {
  if (typeof stamp !== 'string') return null;
  return Object.fromEntries(
    [...features, ROWS].flatMap((name) => (columns[name] === undefined ? [] : [[name, columns[name]]])),
  );
}

/**
 * Inputs of a model that mean something else than when it was trained. None of one that was trained before that was remembered, and none
 * of the baseline, which looks at none of them.
 */
export function changedFeatures(
  { algorithm, featureNames, featureFingerprints }: RegisteredModel,
  { stamp, columns }: FeatureVersion,
): readonly string[] {
  if (algorithm === 'persistence' || featureFingerprints === null || typeof stamp !== 'string') return [];
  return [...featureNames, ROWS].filter((name) => columns[name] !== featureFingerprints[name]);
}

/** Some names of many, for a sentence. */
export function someOf(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}
