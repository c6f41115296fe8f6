import type { Client } from '@elastic/elasticsearch';
import type { Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { engineOf } from '../../engine/database/engineOf.ts';
import { writeRows } from '../../engine/database/writeRows.ts';
import { type Rejected, type Write, writeAll } from './bulk.ts';
import type { PresentSource } from './columns.ts';
import { documentOf } from './document.ts';
import type { Indices } from './indices.ts';
import type { Held, KnownDocuments } from './known.ts';
import type { IndexProgress } from './progress.ts';
import { readRows } from './tables.ts';
import { generationOf } from './template.ts';

/** Bytes of a rejected document that are kept. */
const LETTER_BYTES = 65_536;

/** What a span is indexed with. */
export interface SpanWork {
  readonly pool: Pool;
  readonly client: Client;
  readonly clock: Clock;
  readonly indices: Indices;
  readonly known: KnownDocuments;
  readonly progress: IndexProgress;
}

/** What came of one span. */
export interface SpanResult {
  readonly written: number;
  readonly deleted: number;
  readonly rejected: number;
}

/**
 * Makes the index hold exactly the rows that the tables have in a span, and notes their fingerprint. Dies or throws anywhere:
 * then it is not noted, and done again from what the index holds.
 *
 * @param version as in `writeAll`
 */
export async function indexSpan(
  work: SpanWork,
  source: PresentSource,
  from: number,
  version: number,
  signal: AbortSignal,
): Promise<SpanResult> {
  const { known, progress, clock, indices } = work;
  const held = await known.of(source, from, signal);
  // Until all is written nobody knows what the index holds.
  known.forget(source, from);
  const index = await indices.at(source, from);
  const now: Held = new Map();
  let [total, rows, written] = [0n, 0, 0];
  const rejected: Rejected[] = [];
  for await (const page of readRows(work.pool, source, from)) {
    const writes: Write[] = [];
    for (const row of page) {
      const { id, hash, body } = documentOf(source, row);
      total += BigInt(hash);
      now.set(id, hash);
      if (held.get(id) !== hash) writes.push({ index, id, json: JSON.stringify(body) });
    }
    rows += page.length;
    written += writes.length;
    rejected.push(...(await writeAll(work.client, clock, writes, version, signal)));
  }
  for (const { write } of rejected) now.delete(write.id);
  const gone = [...held.keys()].filter((id) => !now.has(id));
  await writeAll(
    work.client,
    clock,
    gone.map((id) => ({ index, id, json: null })),
    version,
    signal,
  );
  await storeLetters(work, rejected);
  const indexed = { from, generation: generationOf(source), fingerprint: String(total) };
  await progress.store(source.name, { ...indexed, rows, rejected: rejected.length }, clock.now());
  known.remember(source, from, now);
  return { written: written - rejected.length, deleted: gone.length, rejected: rejected.length };
}

/** A document that is refused must neither stop the others nor vanish. */
async function storeLetters({ pool, clock }: SpanWork, rejected: readonly Rejected[]): Promise<void> {
  const received_at = new Date(clock.now()).toISOString();
  const letters = rejected.map(({ write, reason }) => {
    const raw_base64 = Buffer.from(write.json ?? '')
      .subarray(0, LETTER_BYTES)
      .toString('base64');
    return { source: 'index', place: `${write.index}/${write.id}`, reason, raw_base64, received_at };
  });
  const profile = await engineOf(pool);
  // One at a time: a document may be long.
  for (const letter of letters) await writeRows(pool, profile, 'dead_letters', [letter]);
}
