import type { ClientBase } from 'pg';
import { detectProfile } from '../../../engine/profile.ts';
import { TrainingLimit } from '../../models/errors.ts';
import { MOST_CELLS } from '../../models/matrix.ts';
import { fingerprintsOf, readFeatureVersion } from '../../registry/featureVersion.ts';
import { FeaturesMoved, NoTrainingRows } from '../errors.ts';
import { chosenFeatures } from './columns.ts';
import { writeFeatures } from './featureValues.ts';
import { type DatasetIdentity, identityOf, trainingSqlHash } from './identity.ts';
import { checkRequest, type DatasetRequest } from './request.ts';
import { selection } from './selection.ts';
import type { TrainingRows } from './trainingRows.ts';

/** Rows and what they are. */
export interface ReadDataset {
  readonly rows: TrainingRows;
  readonly identity: DatasetIdentity;
}

/** Rows that are read at once, about. */
const PAGE = 5000;
const MINUTE = 60_000;

/**
 * Reads what a model is to learn from, on one snapshot. A row is read when the end of its horizon had passed at the request's
 * moment, by the clock and by the market's event time (`watermarks`), so its return is final but for late corrections.
 *
 * @param client a session without an open transaction
 * @throws BadParameter, UnknownFeature, NoTrainingRows, TrainingLimit, FeaturesMoved when another version of the views took their names
 * @example
 * const { rows, identity } = await readDataset(client, { markets, horizonMinutes: 5, features: null, since: null, until: null,
 *   asOf: clock.now(), mostRows: STANDARD_MOST_ROWS });
 */
export async function readDataset(client: ClientBase, request: DatasetRequest): Promise<ReadDataset> {
  checkRequest(request);
  const before = await readFeatureVersion(client);
  await client.query((await detectProfile(client)).snapshot);
  try {
    const features = await chosenFeatures(client, request.features);
    const rows = await readRows(client, request, features);
    const sqlHash = await trainingSqlHash(client);
    await client.query('commit');
    // A snapshot is of the rows, and names may go over to another version of them under it.
    if ((await readFeatureVersion(client)).stamp !== before.stamp || before.stamp === null)
      throw new FeaturesMoved('The views changed while their rows were read;', 'train again.');
    const identity = identityOf(rows, request, {
      sqlHash,
      featureFingerprints: fingerprintsOf(before, features),
    });
    return { rows, identity };
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

async function readRows(
  client: ClientBase,
  request: DatasetRequest,
  features: readonly string[],
): Promise<TrainingRows> {
  const { text, values } = selection(request);
  const { count, first, last } = await countRows(client, request, features, text, values);
  const rows = emptyRows(request, features, count);
  const columns = features.map((name) => `training_set.${quoted(name)}::double precision`).join(', ');
  const [since, before] = [`$${values.length + 1}`, `$${values.length + 2}`];
  const page = `select extract(epoch from training_set.window_start)::double precision * 1000, wanted.market,
       training_set.close::double precision, training_set.forward_return, ${columns}
     ${text} and training_set.window_start >= ${since}::timestamptz and training_set.window_start < ${before}::timestamptz
     order by training_set.window_start, wanted.market`;
  // A stretch of time each, which is a walk on the key: not every engine has cursors.
  const stretch = Math.max(1, Math.floor(PAGE / request.markets.length)) * MINUTE;
  let done = 0;
  for (let from = first; from <= last; from += stretch) {
    const found = await client.query<(number | null)[]>({
      text: page,
      values: [...values, iso(from), iso(from + stretch)],
      rowMode: 'array',
    });
    for (const row of found.rows) writeRow(rows, done++, row);
  }
  return rows;
}

function writeRow(
  rows: TrainingRows,
  row: number,
  [time, market, close, forward, ...values]: (number | null)[],
): void {
  rows.times[row] = Math.round(time ?? Number.NaN);
  rows.market[row] = market ?? 0;
  rows.closes[row] = close ?? Number.NaN;
  rows.returns[row] = forward ?? Number.NaN;
  writeFeatures(values, rows.values, row * rows.features.length);
}

/** How many rows there are, and the starts of the first and the last minute in milliseconds since the Unix epoch. */
interface Extent {
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

async function countRows(
  client: ClientBase,
  { mostRows }: DatasetRequest,
  features: readonly string[],
  from: string,
  values: readonly unknown[],
): Promise<Extent> {
  const most = Math.min(mostRows, Math.floor(MOST_CELLS / features.length));
  const { rows } = await client.query<Extent>(
    `select count(*)::int as count, (extract(epoch from min(found.window_start)) * 1000)::double precision as first,
       (extract(epoch from max(found.window_start)) * 1000)::double precision as last
     from (select training_set.window_start ${from} limit ${most + 1}) as found`,
    [...values],
  );
  const [found] = rows;
  if (found === undefined || found.count === 0)
    throw new NoTrainingRows(
      'training_set has no rows of these markets, this horizon and this range;',
      'look at what it has, and remember that features need about 21 hours of history to be complete.',
    );
  if (found.count > most)
    throw new TrainingLimit(
      `training_set has more than ${most} rows in this range;`,
      'shorten it or raise mostRows.',
    );
  return found;
}

/** Room for rows; on shared memory, which the training thread sees without a copy. */
function emptyRows(request: DatasetRequest, features: readonly string[], count: number): TrainingRows {
  const doubles = (): Float64Array => new Float64Array(new SharedArrayBuffer(count * 8));
  return {
    horizonMinutes: request.horizonMinutes,
    markets: request.markets,
    features,
    times: doubles(),
    market: new Uint16Array(count),
    closes: doubles(),
    returns: doubles(),
    values: new Float32Array(new SharedArrayBuffer(count * features.length * 4)),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
