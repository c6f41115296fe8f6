import type { ClientBase, Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { inTransaction } from '../../engine/database/transaction.ts';
import { writeRows } from '../../engine/database/writeRows.ts';
import type { Market } from '../training/dataset/trainingRows.ts';
import { binValues } from './bins.ts';
import { type SampledMinute, sampleFeatures, samplePredictions, scoredMarkets } from './sampled.ts';

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
  const sample = (client: ClientBase) =>
    sampleWatched(client, { markets, features: watched, from, to, step });
  return store(pool, model, watched, { from, to }, sample, clock);
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
  const sample = (client: ClientBase) => sampleScored(client, model, span.from, span.to);
  return store(pool, model, [PREDICTION], span, sample, clock);
}

/** Of the markets there are, those that are asked for. */
async function* sampleWatched(
  client: ClientBase,
  wanted: {
    readonly markets: readonly Market[] | null;
    readonly features: readonly string[];
    readonly from: string;
    readonly to: string;
    readonly step: number;
  },
): AsyncGenerator<readonly SampledMinute[]> {
  const text = 'select exchange, symbol from watermarks order by exchange, symbol';
  const { rows } = await client.query<Market>(text);
  const asked = (market: Market): boolean =>
    wanted.markets?.some((one) => one.exchange === market.exchange && one.symbol === market.symbol) ?? true;
  yield* sampleFeatures(client, { ...wanted, markets: rows.filter(asked) });
}

async function* sampleScored(
  client: ClientBase,
  model: { readonly name: string; readonly version: number },
  from: string,
  to: string,
): AsyncGenerator<readonly SampledMinute[]> {
  for (const market of await scoredMarkets(client, model))
    yield await samplePredictions(client, model, market, from, to);
}

function store(
  pool: Pool,
  { name, version }: { readonly name: string; readonly version: number },
  features: readonly string[],
  { from, to }: { readonly from: string; readonly to: string },
  sample: (client: ClientBase) => AsyncIterable<readonly SampledMinute[]>,
  clock: Clock,
): Promise<number> {
  return inTransaction(pool, async (client, profile) => {
    const bins = await binValues(features, sample(client), Date.parse(from));
    const stored_at = new Date(clock.now()).toISOString();
    const about = { model: name, version, reference_from: from, reference_to: to, stored_at };
    await writeRows(
      client,
      profile,
      'drift_references',
      bins.map(({ feature, bin, lowerEdge, upperEdge, observations, usualPsi }) => ({
        ...{ ...about, feature, bin, lower_edge: lowerEdge, upper_edge: upperEdge },
        ...{ observations, usual_psi: usualPsi },
      })),
    );
    return new Set(bins.map(({ feature }) => feature)).size;
  });
}
