import { readFileSync } from 'node:fs';
import type { ClientBase } from 'pg';
import { columnsOf } from '../columns.ts';
import type { Market } from '../training/dataset/trainingRows.ts';

const FIND_PREDICTED = readFileSync(new URL('./sql/findPredicted.sql', import.meta.url), 'utf8');

/** Values of features, each with the start of its minute in milliseconds since the Unix epoch. Null where nothing is known. */
export interface SampledMinute {
  readonly time: number;
  /** By place in the list of features. */
  readonly values: readonly (number | null)[];
}

/** Rows that a page brings at most: more would keep scoring waiting that runs in the same process. */
const PAGE = 500;
/** What stands for a column that is not there. */
export const NOTHING = 'null::double precision';

/** What is sampled of `features`. */
export interface FeatureSample {
  readonly markets: readonly Market[];
  readonly features: readonly string[];
  /** First and last minute, ISO 8601. */
  readonly from: string;
  readonly to: string;
  /** One minute in so many. */
  readonly step: number;
}

/** Complete minutes of `features`, market after market, a page at a time. What is no column of it is unknown. */
export async function* sampleFeatures(
  client: ClientBase,
  { markets, features, from, to, step }: FeatureSample,
): AsyncGenerator<readonly SampledMinute[]> {
  const columns = new Set(await columnsOf(client, 'features'));
  const list = features.map((name) => (columns.has(name) ? `${quoted(name)}::double precision` : NOTHING));
  const text = `select (extract(epoch from window_start) * 1000)::double precision, ${list.join(', ')}
    from features
    where exchange = $1 and symbol = $2 and window_start >= $3::timestamptz and window_start <= $4::timestamptz and complete
      and floor(extract(epoch from window_start) / 60 / $5::int) * $5::int = floor(extract(epoch from window_start) / 60)
    order by window_start
    limit ${PAGE}`;
  for (const { exchange, symbol } of markets)
    for (let since: string | null = from; since !== null; ) {
      const minutes: readonly SampledMinute[] = await readPage(client, text, [
        exchange,
        symbol,
        since,
        to,
        step,
      ]);
      yield minutes;
      const last = minutes.length < PAGE ? undefined : minutes.at(-1);
      since = last === undefined ? null : new Date(last.time + 60_000).toISOString();
    }
}

async function readPage(
  client: ClientBase,
  text: string,
  values: unknown[],
): Promise<readonly SampledMinute[]> {
  const { rows } = await client.query<[number, ...(number | null)[]]>({ text, values, rowMode: 'array' });
  return rows.map(([time, ...row]) => ({ time: Math.round(time), values: row.map(finite) }));
}

/** What a version predicted in a market from a minute on to another, both with it, as one feature. */
export async function samplePredictions(
  client: ClientBase,
  { name, version }: { readonly name: string; readonly version: number },
  { exchange, symbol }: Market,
  from: string,
  to: string,
): Promise<readonly SampledMinute[]> {
  const { rows } = await client.query<{ time: number; predicted_return: number | null }>(FIND_PREDICTED, [
    ...[exchange, symbol, from, to],
    ...[name, version],
  ]);
  return rows.map(({ time, predicted_return }) => ({
    time: Math.round(time),
    values: [finite(predicted_return)],
  }));
}

/** Markets in which a version is in service. */
export async function scoredMarkets(
  client: ClientBase,
  { name, version }: { readonly name: string; readonly version: number },
): Promise<readonly Market[]> {
  const text =
    'select exchange, symbol from scoring_progress where model = $1 and version = $2 order by exchange, symbol';
  return (await client.query<Market>(text, [name, version])).rows;
}

export function finite(value: number | null): number | null {
  return value !== null && Number.isNaN(value) ? null : value;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
