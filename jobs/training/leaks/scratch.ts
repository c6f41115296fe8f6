import type { ClientBase } from 'pg';
import { TrainingLimit } from '../../models/errors.ts';
import type { Recomputation } from './recomputation.ts';
import type { Watched } from './watched.ts';

/** A landing row of the future that was changed. */
export interface ChangedRow {
  readonly table: string;
  /** When it became known, ISO 8601 in UTC. */
  readonly knownAt: string;
  /** The row as it was. */
  readonly row: Readonly<Record<string, unknown>>;
}

/** Schemas with parts of the landing rows and all that is computed of them. Ends with the transaction that it is used in. */
export class Scratch {
  readonly #client: ClientBase;
  readonly #recomputation: Recomputation;
  readonly #watched: Watched;

  constructor(client: ClientBase, recomputation: Recomputation, watched: Watched) {
    this.#client = client;
    this.#recomputation = recomputation;
    this.#watched = watched;
  }

  /** @throws TrainingLimit when there are more landing rows than may be copied */
  async checkSize(mostRows: number): Promise<void> {
    for (const { name } of this.#watched.tables) {
      const { rows } = await this.#client.query<{ many: boolean }>(
        `select exists (select from public.${name} offset ${mostRows}) as many`,
      );
      if (rows[0]?.many)
        throw new TrainingLimit(
          `The table ${name} has more than ${mostRows} rows, which are copied for each cut;`,
          'look for leaks in a smaller database, or raise mostRows.',
        );
    }
  }

  /** Copies what was known at a moment; null for everything. */
  async land(schema: string, cut: string | null): Promise<void> {
    const { tables } = this.#watched;
    await this.#client.query(`create schema ${schema}`);
    await this.#recomputation.createTables(
      this.#client,
      schema,
      tables.map(({ name }) => name),
    );
    for (const { name, knownAt } of tables) {
      await this.#client.query(
        `insert into ${schema}.${name} select * from public.${name} as r where $1::timestamptz is null or ${knownAt} <= $1::timestamptz`,
        [cut],
      );
      await this.#client.query(`analyze ${schema}.${name}`);
    }
  }

  compute(schema: string): Promise<void> {
    return this.#recomputation.computeViews(this.#client, schema, this.#watched.computed);
  }

  async drop(schema: string): Promise<void> {
    await this.#client.query(`drop schema ${schema} cascade`);
  }

  /**
   * Makes every number of one row half as large again: of the first to become known after the cut, in a table by chance; null
   * when nothing follows the cut.
   */
  async changeOneAfter(schema: string, cut: string, random: () => number): Promise<ChangedRow | null> {
    const first: (ChangedRow & { readonly id: string; readonly numbers: readonly string[] })[] = [];
    for (const { name, knownAt } of this.#watched.tables) {
      const numbers = await this.#numbersOf(schema, name);
      const { rows } = await this.#client.query<{ id: string; known: Date; row: ChangedRow['row'] }>(
        `select r.ctid::text as id, ${knownAt} as known, row_to_json(r) as row from ${schema}.${name} as r
         where ${knownAt} > $1::timestamptz order by ${knownAt}, md5(r::text || $2) limit 1`,
        [cut, random()],
      );
      for (const { id, known, row } of numbers.length > 0 ? rows : [])
        first.push({ table: name, knownAt: known.toISOString(), row, id, numbers });
    }
    const chosen = first[Math.floor(random() * first.length)];
    if (chosen === undefined) return null;
    const { id, numbers, ...changed } = chosen;
    await this.#client.query(
      `update ${schema}.${changed.table} set ${numbers.map((name) => `${name} = ${name} * 1.5`).join(', ')} where ctid = $1::tid`,
      [id],
    );
    return changed;
  }

  async #numbersOf(schema: string, table: string): Promise<readonly string[]> {
    const { rows } = await this.#client.query<{ name: string }>(
      `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0
       and atttypid in ('numeric'::regtype, 'double precision'::regtype)`,
      [`${schema}.${table}`],
    );
    return rows.map(({ name }) => name);
  }
}
