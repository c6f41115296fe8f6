import { readFileSync } from 'node:fs';
import type { ClientBase, Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { inTransaction } from '../registry/transaction.ts';
import type { Market } from '../training/dataset/trainingRows.ts';
import { binValues } from './bins.ts';

const sql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const CREATE_MONITORED = sql('createMonitored');
const FILL_FROM_FEATURES = sql('fillFromFeatures');
const FILL_FROM_PREDICTIONS = sql('fillFromPredictions');
const INSERT_REFERENCES = sql('insertReferences');

/** What a version predicted itself, among the features that are watched. */
export const PREDICTION = 'predicted_return';

/** Inputs that say what time it is. They go round for ever: a day of them is never like the training, and nothing has drifted. */
export const CALENDAR: ReadonlySet<string> = new Set([
  ...['hour_of_day', 'hour_sine', 'hour_cosine'],
  ...['day_of_week', 'week_sine', 'week_cosine'],
]);

/** Rows of the training that a reference is made of at most. */
const MOST_SAMPLED = 50_000;
/** One minute in so many is sampled. None has a factor in common with 60, or the same minutes of every hour would be taken. */
const STEPS = [1, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 49, 53, 59, 61, 67, 71, 73, 77, 79];

/** The version that a reference is for. */
export interface ReferenceModel {
  readonly name: string;
  readonly version: number;
  readonly featureNames: readonly string[];
  /** First and last minute of its training data, ISO 8601. */
  readonly trainedFrom: string;
  readonly trainedTo: string;
}

/**
 * Stores how the features of a version were spread in its training, as `features` has them now. What is stored stays.
 *
 * @param markets markets that it was trained on; null for all
 * @returns number of features that there was something to store of
 */
export async function storeReferences(
  pool: Pool,
  model: ReferenceModel,
  markets: readonly Market[] | null,
  clock: Clock,
): Promise<number> {
  const { trainedFrom: from, trainedTo: to } = model;
  const watched = model.featureNames.filter((name) => !CALENDAR.has(name));
  const minutes = (Date.parse(to) - Date.parse(from)) / 60_000 + 1;
  const step = STEPS.find((one) => (minutes * (markets?.length ?? 1)) / one <= MOST_SAMPLED) ?? 79;
  const names = (of: (market: Market) => string) => (markets === null ? null : markets.map(of));
  const values = [watched, names(({ exchange }) => exchange), names(({ symbol }) => symbol), from, to, step];
  const fill = (client: ClientBase) => client.query(FILL_FROM_FEATURES, values);
  return store(pool, model, { from, to }, fill, clock);
}

/**
 * Stores how the predictions of a version were spread in its first day in service. Before that it predicted nothing that it had not
 * seen, and what it makes of its own training data is no measure.
 *
 * @param began when it came into service, milliseconds since the Unix epoch
 * @returns 1, or 0 when there was nothing to store
 */
export async function storePredictionReference(
  pool: Pool,
  model: { readonly name: string; readonly version: number },
  began: number,
  clock: Clock,
): Promise<number> {
  const iso = (ms: number): string => new Date(ms).toISOString();
  const span = { from: iso(began), to: iso(began + 86_400_000 - 60_000) };
  const values = [model.name, model.version, span.from, span.to];
  return store(pool, model, span, (client) => client.query(FILL_FROM_PREDICTIONS, values), clock);
}

function store(
  pool: Pool,
  { name, version }: { readonly name: string; readonly version: number },
  { from, to }: { readonly from: string; readonly to: string },
  fill: (client: ClientBase) => Promise<unknown>,
  clock: Clock,
): Promise<number> {
  return inTransaction(pool, async (client) => {
    await client.query(CREATE_MONITORED);
    await fill(client);
    // Nothing has counted a table that is new, and plans for no row take hours for a million.
    await client.query('analyze monitored');
    const bins = await binValues(client, from);
    const now = new Date(clock.now()).toISOString();
    await client.query(INSERT_REFERENCES, [JSON.stringify(bins), name, version, from, to, now]);
    return new Set(bins.map(({ feature }) => feature)).size;
  });
}
