import type { Client, estypes } from '@elastic/elasticsearch';
import type { Row } from '../columns.ts';
import { kindOf } from './kind.ts';
import type {
  AccuracySums,
  Count,
  Interval,
  MonitoringStore,
  Percentiles,
  Search,
  Selection,
} from './store.ts';

/** What is in a document for the index's own sake. */
const OWN = ['@timestamp', 'row_hash'];
/** How long an answer may take, in milliseconds. */
const WITHIN_MS = 5_000;

/** Monitoring from the index that `jobs` keeps of the tables. */
export class ElasticsearchStore implements MonitoringStore {
  readonly name = 'elasticsearch';
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async search({ order, limit, after, ...selection }: Search): Promise<readonly Row[]> {
    const { key } = kindOf(selection.kind);
    const sort = key.map(({ name, kind }) => ({
      // Every digit of a time counts where rows differ by it alone.
      [name]: { order, ...(kind === 'time' ? { format: 'strict_date_optional_time_nanos' } : {}) },
    }));
    const { hits } = await this.#ask<Row>(selection, {
      ...{ size: limit, sort, track_total_hits: false, _source_excludes: OWN },
      ...(after === undefined ? {} : { search_after: [...after] }),
    });
    return hits.hits.flatMap(({ _source }) => (_source === undefined ? [] : [_source]));
  }

  async accuracy(selection: Selection, interval: Interval): Promise<readonly AccuracySums[]> {
    const sum = (field: string) => ({ sum: { field } });
    const { aggregations } = await this.#ask<Row, { points: Buckets<SumName> }>(selection, {
      size: 0,
      aggs: {
        points: {
          ...histogram(selection, interval),
          aggs: {
            predictions: sum('predictions'),
            absolute: sum('absolute_return_error_sum'),
            persistence: sum('persistence_absolute_return_error_sum'),
            moves: sum('moves'),
            directionHits: sum('direction_hits'),
            intervals: sum('intervals'),
            intervalHits: sum('interval_hits'),
          },
        },
      },
    });
    return (aggregations?.points.buckets ?? []).map((bucket) => ({
      start: new Date(bucket.key).toISOString(),
      predictions: bucket.predictions.value,
      absoluteError: bucket.absolute.value,
      persistenceAbsoluteError: bucket.persistence.value,
      moves: bucket.moves.value,
      directionHits: bucket.directionHits.value,
      intervals: bucket.intervals.value,
      intervalHits: bucket.intervalHits.value,
    }));
  }

  async errorPercentiles(selection: Selection, percents: readonly number[]): Promise<Percentiles> {
    interface Answer {
      readonly errors: {
        readonly values: readonly { readonly key: number; readonly value: number | null }[];
      };
      readonly count: { readonly value: number };
    }
    const { aggregations } = await this.#ask<Row, Answer>(selection, {
      size: 0,
      aggs: {
        errors: { percentiles: { field: 'error', percents: [...percents], keyed: false } },
        count: { value_count: { field: 'error' } },
      },
    });
    const values = aggregations?.errors.values ?? [];
    return {
      count: aggregations?.count.value ?? 0,
      values: percents.map((percent) => values.find(({ key }) => key === percent)?.value ?? null),
    };
  }

  async counts(selection: Selection, interval: Interval): Promise<readonly Count[]> {
    const { aggregations } = await this.#ask<Row, { points: Buckets<never> }>(selection, {
      size: 0,
      aggs: { points: histogram(selection, interval) },
    });
    return (aggregations?.points.buckets ?? []).map(({ key, doc_count }) => ({
      start: new Date(key).toISOString(),
      count: doc_count,
    }));
  }

  #ask<Document, Aggregations = unknown>(selection: Selection, request: estypes.SearchRequest) {
    return this.#client.search<Document, Aggregations>(
      { index: `tickwave-${selection.kind}`, query: { bool: { filter: filters(selection) } }, ...request },
      { requestTimeout: WITHIN_MS },
    );
  }
}

type SumName =
  | 'predictions'
  | 'absolute'
  | 'persistence'
  | 'moves'
  | 'directionHits'
  | 'intervals'
  | 'intervalHits';

interface Buckets<Name extends string> {
  readonly buckets: readonly (Readonly<Record<Name, { readonly value: number }>> & {
    readonly key: number;
    readonly doc_count: number;
  })[];
}

function histogram({ kind }: Selection, interval: Interval): estypes.AggregationsAggregationContainer {
  const field = kindOf(kind).key[0].name;
  return { date_histogram: { field, fixed_interval: interval, min_doc_count: 1 } };
}

function filters({ kind, from, to, equal }: Selection): estypes.QueryDslQueryContainer[] {
  const [time] = kindOf(kind).key;
  const range = { ...(from === undefined ? {} : { gte: from }), ...(to === undefined ? {} : { lt: to }) };
  return [
    { range: { [time.name]: range } },
    ...Object.entries(equal).map(([column, value]) => ({ term: { [column]: value } })),
  ];
}
