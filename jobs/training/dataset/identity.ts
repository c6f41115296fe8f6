import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import { z } from 'zod';
import { UnknownFeature } from '../errors.ts';
import type { DatasetRequest } from './request.ts';
import type { TrainingRows } from './trainingRows.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const market = z.object({ exchange: z.string(), symbol: z.string() });

/** Schema of an identity, for files that carry one. */
export const identitySchema = z.object({
  /** SHA-256 of the rows in order: minute, market, close, return and features as their bits. */
  datasetHash: hash,
  /** SHA-256 of the text of `training_set` and of all that it reads. */
  sqlHash: hash,
  /** What the features meant, a hash by name; null where the engine does not say. */
  featureFingerprints: z.record(z.string(), z.string()).readonly().nullable().default(null),
  /** SHA-256 of the request. */
  requestHash: hash,
  rows: z.int(),
  /** Start of the first and the last minute, ISO 8601 in UTC. */
  trainedFrom: z.string(),
  trainedTo: z.string(),
  /** What has to be asked for to get these rows again. */
  request: z.object({
    markets: z.array(market).readonly(),
    horizonMinutes: z.int(),
    features: z.array(z.string()).readonly(),
    since: z.number().nullable(),
    until: z.number().nullable(),
    asOf: z.number(),
    mostRows: z.int(),
  }),
});

/** Says exactly which rows a model was trained on. The same request gives the same hash, until history is corrected. */
export type DatasetIdentity = Readonly<z.output<typeof identitySchema>>;

/** The identity of rows that were read. */
export function identityOf(
  rows: TrainingRows,
  request: DatasetRequest,
  { sqlHash, featureFingerprints }: Pick<DatasetIdentity, 'sqlHash' | 'featureFingerprints'>,
): DatasetIdentity {
  const complete = {
    markets: request.markets.map(({ exchange, symbol }) => ({ exchange, symbol })),
    horizonMinutes: request.horizonMinutes,
    features: [...rows.features],
    since: request.since,
    until: request.until,
    asOf: request.asOf,
    mostRows: request.mostRows,
  };
  const iso = (row: number): string => new Date(rows.times[row] ?? 0).toISOString();
  return {
    datasetHash: hashOfRows(rows),
    sqlHash,
    featureFingerprints,
    requestHash: createHash('sha256').update(JSON.stringify(complete)).digest('hex'),
    rows: rows.times.length,
    trainedFrom: iso(0),
    trainedTo: iso(rows.times.length - 1),
    request: complete,
  };
}

/** Column after column, each in the order of the rows; numbers as little-endian bits, as every platform of Node has them. */
function hashOfRows(rows: TrainingRows): string {
  const { horizonMinutes, markets, features, times, market: marketOfRow, closes, returns, values } = rows;
  const sum = createHash('sha256').update(JSON.stringify({ horizonMinutes, markets, features }));
  for (const column of [times, marketOfRow, closes, returns, values])
    sum.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  return sum.digest('hex');
}

/**
 * SHA-256 of the SQL that makes `training_set`: the texts of it and of everything it reads, as the `catalog` tables have them.
 * @throws UnknownFeature when the catalog does not know training_set
 */
export async function trainingSqlHash(client: ClientBase): Promise<string> {
  const texts = await client.query<{ name: string; definition: string }>(
    'select name, definition from catalog',
  );
  const lineage = await client.query<{ object: string; reads: string }>(
    'select object, reads from catalog_lineage',
  );
  const definitions = new Map(texts.rows.map(({ name, definition }) => [name, definition]));
  if (!definitions.has('training_set'))
    throw new UnknownFeature(
      'The catalog tables do not know training_set;',
      'let the engine deploy sql/ to this database first.',
    );
  const needed = new Set(['training_set']);
  // A set visits what is added while it is walked.
  for (const name of needed)
    for (const { object, reads } of lineage.rows) if (object === name) needed.add(reads);
  const sum = createHash('sha256');
  for (const name of [...needed].sort()) sum.update(JSON.stringify([name, definitions.get(name) ?? null]));
  return sum.digest('hex');
}
