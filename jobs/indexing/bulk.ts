import type { Client } from '@elastic/elasticsearch';
import type { Clock } from '../../engine/clock.ts';
import { IndexOutrun, IndexUnavailable } from './errors.ts';
import { passes, statusOf } from './failure.ts';

/** One change of one document. */
export interface Write {
  readonly index: string;
  readonly id: string;
  /** The document as JSON; null deletes it. */
  readonly json: string | null;
}

/** A document that Elasticsearch will never take as it is. */
export interface Rejected {
  readonly write: Write;
  readonly reason: string;
}

/** Most documents and bytes of one request. */
const BATCH_ROWS = 1000;
const BATCH_BYTES = 4_000_000;
/** How often documents that were put off are sent again, with pauses that double from the first, in milliseconds. */
const ATTEMPTS = 6;
const FIRST_PAUSE = 100;

/** Errors of single documents that say that the document is wrong, whenever it is sent. */
const WRONG = new Set([
  'document_parsing_exception',
  'mapper_parsing_exception',
  'strict_dynamic_mapping_exception',
  'illegal_argument_exception',
]);

/** Cuts writes into requests of bounded size, in order. One that is larger than a request goes alone. */
export function* batches(writes: Iterable<Write>): Generator<Write[]> {
  let batch: Write[] = [];
  let bytes = 0;
  for (const write of writes) {
    const size = Buffer.byteLength(write.json ?? '') + 200;
    if (batch.length === BATCH_ROWS || (batch.length > 0 && bytes + size > BATCH_BYTES)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(write);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/**
 * Writes documents, one request after the other, so that Elasticsearch sets the pace. A document is written only if no
 * newer version of it is there: a request of a process that died may still be under way.
 *
 * @param version the same for all; larger than that of any earlier attempt
 * @returns those that were rejected for good
 * @throws IndexUnavailable when some were put off too often; IndexOutrun when a newer version was there
 */
export async function writeAll(
  client: Client,
  clock: Clock,
  writes: Iterable<Write>,
  version: number,
  signal: AbortSignal,
): Promise<Rejected[]> {
  const rejected: Rejected[] = [];
  for (const batch of batches(writes)) {
    let open: readonly Write[] = batch;
    for (let attempt = 1; open.length > 0; attempt++) {
      const { again, refused } = await writeBatch(client, open, version, signal);
      rejected.push(...refused);
      open = again;
      if (open.length === 0) break;
      if (attempt === ATTEMPTS || !(await clock.sleep(FIRST_PAUSE * 2 ** (attempt - 1), signal)))
        throw new IndexUnavailable(
          `Elasticsearch put off ${open.length} documents ${attempt} times: it is busy or its disk is full.`,
          'They are sent again.',
        );
    }
  }
  return rejected;
}

interface Outcome {
  readonly again: readonly Write[];
  readonly refused: readonly Rejected[];
}

async function writeBatch(
  client: Client,
  batch: readonly Write[],
  version: number,
  signal: AbortSignal,
): Promise<Outcome> {
  let items: readonly BulkItem[];
  try {
    items = await send(client, batch, version, signal);
  } catch (error) {
    if (statusOf(error) === 413) return split(client, batch, version, signal);
    throw error;
  }
  const again: Write[] = [];
  const refused: Rejected[] = [];
  for (const [index, write] of batch.entries()) {
    const item = items[index];
    const error = item?.error;
    // A document to delete that is not there gives 404 and no error.
    if (error === undefined || error === null) continue;
    const words = `${error.type}: ${error.reason ?? ''}`.slice(0, 500);
    if (item?.status === 409)
      throw new IndexOutrun(`A newer ${write.id} is in ${write.index}.`, 'The span is indexed again.');
    if (WRONG.has(error.type)) refused.push({ write, reason: words });
    else if (passes(item?.status ?? null) || error.type === 'index_not_found_exception') again.push(write);
    else throw new IndexUnavailable(`Elasticsearch refuses ${write.id}: ${words}.`, 'It is tried again.');
  }
  return { again, refused };
}

/** A proxy may take less than we send at once: halves, down to one document, which is rejected then. */
async function split(
  client: Client,
  batch: readonly Write[],
  version: number,
  signal: AbortSignal,
): Promise<Outcome> {
  const [only, second] = batch;
  if (only === undefined) return { again: [], refused: [] };
  if (second === undefined)
    return { again: [], refused: [{ write: only, reason: 'the document is larger than what is taken' }] };
  const middle = Math.ceil(batch.length / 2);
  const first = await writeBatch(client, batch.slice(0, middle), version, signal);
  const rest = await writeBatch(client, batch.slice(middle), version, signal);
  return { again: [...first.again, ...rest.again], refused: [...first.refused, ...rest.refused] };
}

interface BulkItem {
  readonly status: number;
  readonly error?: { readonly type: string; readonly reason?: string | null } | null;
}

async function send(
  client: Client,
  batch: readonly Write[],
  version: number,
  signal: AbortSignal,
): Promise<readonly BulkItem[]> {
  const lines = batch.flatMap(({ index, id, json }): (object | string)[] => {
    const target = { _index: index, _id: id, version, version_type: 'external_gte' };
    return json === null ? [{ delete: target }] : [{ index: target }, json];
  });
  const { items } = await client.bulk({ operations: lines }, { signal });
  return items.map((item) => ({ status: 0, ...Object.values(item)[0] }) as BulkItem);
}
