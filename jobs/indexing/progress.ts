import type { Pool } from 'pg';
import { engineOf } from '../../engine/database/engineOf.ts';
import { writeRows } from '../../engine/database/writeRows.ts';

/** What the index has of a span, as it was when it was last indexed. */
export interface Indexed {
  /** Start of the span, in milliseconds since the Unix epoch. */
  readonly from: number;
  readonly generation: string;
  readonly fingerprint: string;
  readonly rows: number;
  readonly rejected: number;
}

/** The table `index_progress`. */
export class IndexProgress {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** By start of span, from a moment on. */
  async read(source: string, from: number): Promise<ReadonlyMap<number, Indexed>> {
    const { rows } = await this.#pool.query<{
      span: Date;
      generation: string;
      fingerprint: string;
      row_count: string;
      rejected: string;
    }>('select * from index_progress where source = $1 and span >= $2', [source, new Date(from)]);
    return new Map(
      rows.map((row) => {
        const { span, generation, fingerprint } = row;
        const counts = { rows: Number(row.row_count), rejected: Number(row.rejected) };
        return [span.getTime(), { from: span.getTime(), generation, fingerprint, ...counts }];
      }),
    );
  }

  /** @param at milliseconds since the Unix epoch */
  async store(source: string, span: Indexed, at: number): Promise<void> {
    const { from, generation, fingerprint, rows, rejected } = span;
    const [start, indexed_at] = [new Date(from).toISOString(), new Date(at).toISOString()];
    const row = { source, span: start, generation, fingerprint, row_count: rows, rejected, indexed_at };
    await writeRows(this.#pool, await engineOf(this.#pool), 'index_progress', [row]);
  }

  /** Makes spans be looked at as though they were never indexed. */
  async forget(source: string, spans: readonly number[]): Promise<void> {
    if (spans.length === 0) return;
    const starts = spans.map((from) => new Date(from));
    await this.#pool.query('delete from index_progress where source = $1 and span = any ($2)', [
      source,
      starts,
    ]);
  }

  /** Forgets what is older than what is kept. */
  async forgetBefore(source: string, before: number): Promise<void> {
    const values = [source, new Date(before)];
    await this.#pool.query('delete from index_progress where source = $1 and span < $2', values);
  }
}
