import { readdirSync, readFileSync } from 'node:fs';
import type { estypes } from '@elastic/elasticsearch';

const folder = new URL('../../k8s/monitoring/kibana/', import.meta.url);

/** What Kibana imports: a data view, a visualization or a dashboard. */
export interface SavedObject {
  readonly id: string;
  readonly type: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly references: readonly { readonly name: string; readonly type: string; readonly id: string }[];
}

/** A part of a visualization: what is counted, or what it is counted by. */
interface Part {
  readonly type: string;
  readonly schema: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Names of the files, one a dashboard. */
export const FILES = readdirSync(folder).filter((name) => name.endsWith('.ndjson'));

/** The objects of a file. */
export function loadObjects(file: string): readonly SavedObject[] {
  const lines = readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as SavedObject);
}

/** What a visualization is filtered by, in Kibana's language; empty when by nothing. */
export function filterOf({ attributes }: SavedObject): string {
  const { searchSourceJSON } = attributes.kibanaSavedObjectMeta as { readonly searchSourceJSON: string };
  const { query } = JSON.parse(searchSourceJSON) as { readonly query: { readonly query: string } };
  return query.query;
}

/** The search that Kibana makes of a visualization: its buckets one in the other, what is counted in the innermost. */
export function searchOf(visualization: SavedObject): estypes.SearchRequest {
  const { aggs } = JSON.parse(String(visualization.attributes.visState)) as { readonly aggs: Part[] };
  const metrics = aggs.filter(({ schema, type }) => schema === 'metric' && type !== 'count');
  const inner: Aggregations = Object.fromEntries(metrics.map((part, index) => [`m${index}`, metricOf(part)]));
  const outer = aggs
    .filter(({ schema }) => schema !== 'metric')
    .reduceRight<Aggregations>((within, part) => {
      return { by: { ...bucketOf(part), ...(Object.keys(within).length === 0 ? {} : { aggs: within }) } };
    }, inner);
  const filter = filterOf(visualization);
  // The little of Kibana's language that is used is Lucene's but for the spaces and the case of `or`.
  const query = filter.replaceAll(' : ', ':').replaceAll(' or ', ' OR ');
  return { size: 0, aggs: outer, ...(filter === '' ? {} : { query: { query_string: { query } } }) };
}

type Aggregations = Record<string, estypes.AggregationsAggregationContainer>;

function metricOf({ type, params }: Part): estypes.AggregationsAggregationContainer {
  const { customLabel: _label, ...asked } = params;
  const name = type === 'std_dev' ? 'extended_stats' : type;
  return { [name]: asked } as estypes.AggregationsAggregationContainer;
}

function bucketOf({ type, params }: Part): estypes.AggregationsAggregationContainer {
  const { field, size, order, orderBy } = params as Readonly<Record<string, string | number>>;
  if (type === 'date_histogram')
    return { date_histogram: { field: String(field), fixed_interval: '1h', min_doc_count: 1 } };
  if (type !== 'terms') throw new TypeError(`${type} is not known here`);
  return {
    terms: {
      field: String(field),
      size: Number(size),
      order: { [String(orderBy)]: order === 'asc' ? 'asc' : 'desc' },
    },
  };
}
