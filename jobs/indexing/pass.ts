import type { PresentSource } from './columns.ts';
import { indexSpan, type SpanResult, type SpanWork } from './indexSpan.ts';
import { countSpans } from './known.ts';
import { spanOf } from './source.ts';
import { readSpans, type Span } from './tables.ts';
import { generationOf } from './template.ts';

/** What one look at a source found. Times are milliseconds since the Unix epoch. */
export interface PassResult extends SpanResult {
  /** Start of the newest span that the tables have; null without rows. */
  readonly newest: number | null;
}

/** Raised for each span that is indexed. */
export type NextVersion = () => number;

/** How far a look goes. */
export interface Look {
  /** Where it begins; 0 for all there is. */
  readonly from: number;
  /** Whether what the index itself has is counted, and what is too old is deleted. */
  readonly thorough: boolean;
}

/**
 * Compares a source with what was indexed and indexes the spans that differ, the newest first: it is what people look at while
 * the rest catches up.
 */
export async function passOver(
  work: SpanWork,
  source: PresentSource,
  look: Look,
  next: NextVersion,
  signal: AbortSignal,
): Promise<PassResult> {
  const spans = await readSpans(work.pool, source, look.from);
  const last = spans.at(-1)?.from ?? null;
  // A row of a time to come must not make all others too old.
  const newest = last === null ? null : Math.min(last, work.clock.now());
  const kept = newest === null ? 0 : startOfSpan(source, work.indices.keptFrom(source, newest));
  const begin = Math.max(look.from, kept);
  if (look.thorough) {
    await work.indices.deleteBefore(source, kept);
    await work.progress.forgetBefore(source.name, kept);
    await forgetLost(work, source, begin);
  }
  const totals = { newest, written: 0, deleted: 0, rejected: 0 };
  for (const span of await differing(work, source, spans, begin)) {
    if (signal.aborted) break;
    const done = await indexSpan(work, source, span, next(), signal);
    totals.written += done.written;
    totals.deleted += done.deleted;
    totals.rejected += done.rejected;
  }
  return totals;
}

/** Starts of the spans that the index does not have as the tables have them; those too whose rows are all gone. */
async function differing(
  work: SpanWork,
  source: PresentSource,
  spans: readonly Span[],
  begin: number,
): Promise<number[]> {
  const generation = generationOf(source);
  const indexed = await work.progress.read(source.name, begin);
  const inTables = new Set(spans.map((span) => span.from));
  const changed = spans.filter((span) => {
    const known = indexed.get(span.from);
    return span.from >= begin && (known?.fingerprint !== span.fingerprint || known.generation !== generation);
  });
  const emptied = [...indexed.values()].filter(({ from, rows }) => rows > 0 && !inTables.has(from));
  return [...changed, ...emptied].map(({ from }) => from).sort((a, b) => b - a);
}

/** Where the index has not as many documents as were written to it, what was written is looked through again. */
async function forgetLost(work: SpanWork, source: PresentSource, begin: number): Promise<void> {
  const indexed = await work.progress.read(source.name, begin);
  const first = [...indexed.keys()][0];
  if (first === undefined) return;
  const counts = await countSpans(work.client, source, spanOf(source) === null ? first : begin);
  const lost = [...indexed.values()].filter(
    ({ from, rows, rejected }) => (counts.get(from) ?? 0) !== rows - rejected,
  );
  for (const { from } of lost) work.known.forget(source, from);
  await work.progress.forget(
    source.name,
    lost.map(({ from }) => from),
  );
}

function startOfSpan(source: PresentSource, ms: number): number {
  const length = spanOf(source);
  return length === null || ms === Number.NEGATIVE_INFINITY ? 0 : Math.floor(ms / length) * length;
}
