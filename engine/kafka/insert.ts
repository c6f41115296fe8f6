import type { ClientBase } from 'pg';
import type { Message } from './client.ts';
import { columnArray } from './columnArray.ts';
import { type Letter, letterOf } from './letter.ts';
import type { Row } from './row.ts';
import type { KafkaTable } from './table.ts';

/** A row with the message it was. */
export interface Stored {
  readonly row: Row;
  readonly message: Message;
}

const UNIQUE_VIOLATION = '23505';
/** Bad data and broken constraints: a matter of single rows. Everything else is a matter of the database. */
const OF_A_ROW = /^2[23]/;
const MOST_CAUTION = 1024;

/**
 * Inserts rows of one table in the caller's transaction, passing over keys that are there.
 *
 * `on conflict do nothing` costs a second descent of the index for every row and most batches hold no duplicate, so the plain
 * insert is tried first; after a duplicate the next batches go tolerantly, twice as many each time.
 */
export class TableInsert {
  readonly #table: KafkaTable;
  #tolerantBatches = 0;
  #caution = 4;

  constructor(table: KafkaTable) {
    this.#table = table;
  }

  /** Resolves to how many were new; rows that PostgreSQL refuses become letters. */
  async insert(client: ClientBase, rows: readonly Stored[], letters: Letter[]): Promise<number> {
    if (this.#tolerantBatches > 0) {
      this.#tolerantBatches--;
      return this.#tolerantly(client, rows, letters);
    }
    const failure = await this.#attempt(client, this.#table.insert, rows);
    if (typeof failure === 'number') {
      this.#caution = Math.max(4, this.#caution / 2);
      return failure;
    }
    if (failure.code === UNIQUE_VIOLATION) {
      this.#tolerantBatches = this.#caution;
      this.#caution = Math.min(MOST_CAUTION, this.#caution * 2);
    }
    return this.#tolerantly(client, rows, letters);
  }

  /** Halves what is refused until the rows that can't be stored are found. */
  async #tolerantly(client: ClientBase, rows: readonly Stored[], letters: Letter[]): Promise<number> {
    const result = await this.#attempt(client, this.#table.insertNew, rows);
    if (typeof result === 'number') return result;
    const [first] = rows;
    if (rows.length === 1 && first !== undefined) {
      letters.push(
        letterOf(first.message, `PostgreSQL refused it for ${this.#table.name}: ${result.message}`),
      );
      return 0;
    }
    const half = rows.length >> 1;
    return (
      (await this.#tolerantly(client, rows.slice(0, half), letters)) +
      (await this.#tolerantly(client, rows.slice(half), letters))
    );
  }

  async #attempt(client: ClientBase, text: string, rows: readonly Stored[]): Promise<number | RefusedRows> {
    const values = rows.map(({ row }) => row);
    await client.query('savepoint kafka_rows');
    try {
      const result = await client.query({
        name: `${text === this.#table.insert ? 'store' : 'store new'} ${this.#table.name}`,
        text,
        values: this.#table.columns.map((_, column) => columnArray(values, column)),
      });
      await client.query('release savepoint kafka_rows');
      return result.rowCount ?? 0;
    } catch (error) {
      const { code = '' } = error as { readonly code?: string };
      if (!OF_A_ROW.test(code)) throw error;
      await client.query('rollback to savepoint kafka_rows');
      return { code, message: (error as Error).message };
    }
  }
}

interface RefusedRows {
  readonly code: string;
  readonly message: string;
}
