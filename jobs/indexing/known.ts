import type { Client } from '@elastic/elasticsearch';
import type { PresentSource } from './columns.ts';
import { spanOf } from './source.ts';
import { aliasOf } from './template.ts';

/** Documents of a span by id, each with the hash of its row. */
export type Held = Map<string, string>;

const PAGE = 5_000;
/** Documents whose hashes are remembered, over all spans; about 150 bytes each. */
const MOST = 200_000;

/** Remembers what the index holds of the spans that were looked at last, and asks the index for the others. */
export class KnownDocuments {
  readonly #client: Client;
  readonly #spans = new Map<string, Held>();
  #documents = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  /** What the index holds of a span; asked when it is not remembered. */
  async of(source: PresentSource, from: number, signal: AbortSignal): Promise<Held> {
    return this.#spans.get(nameOf(source, from)) ?? read(this.#client, source, from, signal);
  }

  /** What a span holds from now on. The spans that were not asked for the longest go when there are too many. */
  remember(source: PresentSource, from: number, held: Held): void {
    this.forget(source, from);
    this.#spans.set(nameOf(source, from), held);
    this.#documents += held.size;
    for (const [name, oldest] of this.#spans) {
      if (this.#documents <= MOST) break;
      this.#spans.delete(name);
      this.#documents -= oldest.size;
    }
  }

  forget(source: PresentSource, from: number): void {
    const name = nameOf(source, from);
    this.#documents -= this.#spans.get(name)?.size ?? 0;
    this.#spans.delete(name);
  }

  forgetAll(): void {
    this.#spans.clear();
    this.#documents = 0;
  }
}

function nameOf({ name }: PresentSource, from: number): string {
  return `${name} ${from}`;
}

/** Reads ids and hashes of a span, at one moment. */
async function read(client: Client, source: PresentSource, from: number, signal: AbortSignal): Promise<Held> {
  const held: Held = new Map();
  const index = aliasOf(source);
  if (!(await client.indices.existsAlias({ name: index }))) return held;
  // What was just written is found only after a refresh.
  await client.indices.refresh({ index });
  const { id } = await client.openPointInTime({ index, keep_alive: '1m' });
  const length = spanOf(source);
  const query =
    length === null
      ? { match_all: {} }
      : { range: { '@timestamp': { gte: from, lt: from + length, format: 'epoch_millis' } } };
  try {
    let after: Readonly<Record<'search_after', (string | number)[]>> | undefined;
    do {
      const { hits } = await client.search<{ row_hash: string }>(
        {
          ...{ pit: { id, keep_alive: '1m' }, query, size: PAGE, _source: ['row_hash'] },
          ...{ sort: ['_shard_doc'], track_total_hits: false, ...after },
        },
        { signal },
      );
      for (const hit of hits.hits) held.set(String(hit._id), hit._source?.row_hash ?? '');
      const last = hits.hits.length === PAGE ? hits.hits.at(-1)?.sort : undefined;
      after = last === undefined ? undefined : { search_after: last as (string | number)[] };
    } while (after !== undefined);
  } finally {
    await client.closePointInTime({ id }).catch(() => undefined);
  }
  return held;
}

/** How many documents each span has, by its start: what is fewer or more than was indexed was lost, or is left over. */
export async function countSpans(
  client: Client,
  source: PresentSource,
  from: number,
): Promise<ReadonlyMap<number, number>> {
  const index = aliasOf(source);
  if (!(await client.indices.existsAlias({ name: index }))) return new Map();
  await client.indices.refresh({ index });
  const length = spanOf(source);
  if (length === null) return new Map([[from, (await client.count({ index })).count]]);
  const counts = new Map<number, number>();
  // Day by day in months at most: an answer has at most 65,536 buckets.
  const { aggregations } = await client.search<
    unknown,
    { spans: { buckets: { key: number; doc_count: number }[] } }
  >({
    ...{ index, size: 0, query: { range: { '@timestamp': { gte: from, format: 'epoch_millis' } } } },
    aggs: {
      spans: { date_histogram: { field: '@timestamp', fixed_interval: `${length}ms`, min_doc_count: 1 } },
    },
  });
  for (const { key, doc_count } of aggregations?.spans.buckets ?? []) counts.set(key, doc_count);
  return counts;
}
