import type { Pool } from 'pg';
import type { Catalog, Column } from '../catalog.ts';
import { TYPE } from '../database.ts';
import type { Market } from '../markets.ts';
import type { RowKey } from './changeSource.ts';
import type { Channel } from './channels.ts';
import { type Row, toRow } from './row.ts';
import type { Topic } from './topic.ts';

/** A row that was read, with the market and timeframe that it belongs to. */
export interface ReadRow extends Row {
  /** Null in a channel of no market. */
  readonly market: Market | null;
  readonly timeframe: string | null;
}

type Values = Readonly<Record<string, unknown>>;

/** Rows that are looked up in one statement. */
const AT_ONCE = 50;

/** Reads the rows of one channel as REST serves them. */
export class Reader {
  readonly #pool: Pool;
  readonly #channel: Channel;
  readonly #catalog: Catalog;

  constructor(pool: Pool, channel: Channel, catalog: Catalog) {
    this.#pool = pool;
    this.#channel = channel;
    this.#catalog = catalog;
  }

  /** All rows that have one of these keys, which are of the same columns. */
  async byKeys(keys: readonly RowKey[]): Promise<readonly ReadRow[]> {
    const columns = await this.#catalog.columns(this.#channel.relation);
    const { walks } = await this.#catalog.engine();
    const rows = walks === 'lateral' ? await this.#walk(columns, keys) : await this.#look(columns, keys);
    return rows.map((values) => this.#read(columns, values));
  }

  /** Row by row, by index: joined as a whole, the planner would read all of it for more than a few keys. */
  async #walk(columns: readonly Column[], keys: readonly RowKey[]): Promise<readonly Values[]> {
    const names = Object.keys(keys[0] ?? {});
    const arrays = names.map((name, index) => `$${index + 1}::${typeOf(columns, name)}[]`);
    const equal = names.map((name) => `own.${quoted(name)} = wanted.${quoted(name)}`);
    const text =
      `select found.* from unnest(${arrays.join(', ')}) as wanted (${names.map(quoted).join(', ')}) ` +
      `cross join lateral (select ${list(columns)} from ${quoted(this.#channel.relation)} as own where ${equal.join(' and ')} offset 0) as found`;
    const { rows } = await this.#pool.query<Values>(
      text,
      names.map((name) => keys.map((key) => key[name])),
    );
    return rows;
  }

  /** A look-up a row, as many in one statement as it takes. */
  async #look(columns: readonly Column[], keys: readonly RowKey[]): Promise<readonly Values[]> {
    const names = Object.keys(keys[0] ?? {});
    const found: Values[] = [];
    for (let from = 0; from < keys.length; from += AT_ONCE) {
      const values: unknown[] = [];
      const looks = keys.slice(from, from + AT_ONCE).map((key) => {
        const equal = names.map(
          (name) => `own.${quoted(name)} = $${values.push(key[name])}::${typeOf(columns, name)}`,
        );
        return `select ${list(columns)} from ${quoted(this.#channel.relation)} as own where ${equal.join(' and ')}`;
      });
      found.push(...(await this.#pool.query<Values>(looks.join(' union all '), values)).rows);
    }
    return found;
  }

  /** The newest rows of a topic. */
  async newest({ market, timeframe }: Topic): Promise<readonly Row[]> {
    const columns = await this.#catalog.columns(this.#channel.relation);
    const { relation, kept, order, open } = this.#channel;
    const of: Readonly<Record<string, string>> = { ...market, ...(timeframe === null ? {} : { timeframe }) };
    const equal = Object.keys(of).map((name, index) => `own.${quoted(name)} = $${index + 1}`);
    const where = ['true', ...equal];
    const by = order.map((name) => `${quoted(name)} desc`);
    // The value is ours, not a client's.
    if (open) by.unshift(`case when own.${quoted(open.column)} = '${open.value}' then 1 else 0 end desc`);
    const { rows } = await this.#pool.query<Values>(
      `select ${list(columns)} from ${quoted(relation)} as own where ${where.join(' and ')} order by ${by.join(', ')} limit ${kept}`,
      Object.values(of),
    );
    return rows.map((row) => this.#read(columns, row));
  }

  /** After the database said that the relation is not what it was. */
  forget(): void {
    this.#catalog.forget();
  }

  #read(columns: readonly Column[], values: Readonly<Record<string, unknown>>): ReadRow {
    const { markets, timeframed } = this.#channel;
    return {
      ...toRow(this.#channel, columns, values),
      market: markets ? { exchange: String(values.exchange), symbol: String(values.symbol) } : null,
      timeframe: timeframed ? String(values.timeframe) : null,
    };
  }
}

const TYPES: Readonly<Record<number, string>> = {
  [TYPE.int2]: 'smallint',
  [TYPE.int4]: 'int',
  [TYPE.int8]: 'bigint',
  [TYPE.timestamptz]: 'timestamptz',
};

function typeOf(columns: readonly Column[], name: string): string {
  return TYPES[columns.find((column) => column.name === name)?.type ?? 0] ?? 'varchar';
}

function list(columns: readonly Column[]): string {
  return columns.map(({ name }) => `own.${quoted(name)}`).join(', ');
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
