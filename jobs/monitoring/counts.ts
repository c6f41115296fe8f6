import { readFileSync } from 'node:fs';
import type { ClientBase } from 'pg';
import type { WrittenRow } from '../../engine/database/writeRows.ts';
import { columnsOf } from '../columns.ts';
import { binOf } from './bins.ts';
import type { WatchedModel } from './progress.ts';
import { finite, NOTHING, scoredMarkets } from './sampled.ts';

const FIND_EDGES = readFileSync(new URL('./sql/findEdges.sql', import.meta.url), 'utf8');

const HOUR = 3_600_000;
/** What a version predicted itself, among the features that are watched. */
const PREDICTION = 'predicted_return';

/**
 * Into which bins what a version was asked in an hour, and what it answered, fall: rows of `drift_counts`.
 *
 * @param hour its start, milliseconds since the Unix epoch
 */
export async function countHour(
  client: ClientBase,
  model: WatchedModel,
  hour: number,
): Promise<readonly WrittenRow[]> {
  const edges = await edgesByFeature(client, model);
  const features = [...edges.keys()];
  const counts = new Map(features.map((feature) => [feature, new Map<number, number>()]));
  for (const row of await readHour(client, model, features, hour))
    for (const [place, feature] of features.entries()) {
      const own = counts.get(feature) ?? new Map<number, number>();
      const bin = binOf(finite(row[place] ?? null), edges.get(feature) ?? []);
      own.set(bin, (own.get(bin) ?? 0) + 1);
    }
  const about = { model: model.name, version: model.version, hour: new Date(hour).toISOString() };
  return [...counts].flatMap(([feature, bins]) =>
    [...bins].map(([bin, observations]) => ({ ...about, feature, bin, observations })),
  );
}

async function edgesByFeature(
  client: ClientBase,
  { name, version }: WatchedModel,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const { rows } = await client.query<{ feature: string; lower_edge: number | null }>(FIND_EDGES, [
    name,
    version,
  ]);
  const edges = new Map<string, number[]>();
  for (const { feature, lower_edge } of rows) {
    const own = edges.get(feature) ?? [];
    if (lower_edge !== null) own.push(lower_edge);
    edges.set(feature, own);
  }
  return edges;
}

/** What was asked in an hour in all markets, in the order of these features. What is no column of `features` is unknown. */
async function readHour(
  client: ClientBase,
  model: WatchedModel,
  features: readonly string[],
  hour: number,
): Promise<readonly (readonly (number | null)[])[]> {
  const columns = new Set(await columnsOf(client, 'features'));
  const list = features.map((name) => {
    if (name === PREDICTION) return 'predictions.predicted_return';
    return columns.has(name) ? `features.${quoted(name)}::double precision` : NOTHING;
  });
  const iso = (ms: number): string => new Date(ms).toISOString();
  const read: (number | null)[][] = [];
  for (const { exchange, symbol } of await scoredMarkets(client, model)) {
    const { rows } = await client.query<(number | null)[]>({
      text: `select ${list.join(', ')}
        from predictions
        join features on features.exchange = predictions.exchange and features.symbol = predictions.symbol
          and features.window_start = predictions.window_start
        where predictions.exchange = $1 and predictions.symbol = $2 and predictions.model = $5 and predictions.version = $6
          and predictions.window_start >= $3::timestamptz and predictions.window_start < $4::timestamptz
          and features.exchange = $1 and features.symbol = $2
          and features.window_start >= $3::timestamptz and features.window_start < $4::timestamptz`,
      values: [exchange, symbol, iso(hour), iso(hour + HOUR), model.name, model.version],
      rowMode: 'array',
    });
    read.push(...rows);
  }
  return read;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
