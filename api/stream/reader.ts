import type { Pool } from 'pg';
import type { Catalog, Column } from '../catalog.ts';
import { TYPE } from '../database.ts';
import type { RowKey } from './changeSource.ts';
import type { Channel } from './channels.ts';
import { type Row, toRow } from './row.ts';
import type { Topic } from './topic.ts';

/** A row that was read, with the market and timeframe that it belongs to. */
export interface ReadRow extends Row {
  readonly exchange: string;
  readonly symbol: string;
  readonly timeframe: string | null;
}

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
    const names = Object.keys(keys[0] ?? {});
    const arrays = names.map((name, index) => `$${index + 1}::${arrayType(columns, name)}`);
    const equal = names.map((name) => `own.${quoted(name)} = wanted.${quoted(name)}`);
    // Row by row, by index: joined as a whole, the planner would read all of it for more than a few keys.
    const text =
      `select found.* from unnest(${arrays.join(', ')}) as wanted (${names.map(quoted).join(', ')}) ` +
      `cross join lateral (select ${list(columns)} from ${quoted(this.#channel.relation)} as own where ${equal.join(' and ')} offset 0) as found`;
    const { rows } = await this.#pool.query<Record<string, unknown>>(
      text,
      names.map((name) => keys.map((key) => key[name])),
    );
    return rows.map((values) => this.#read(columns, values));
  }

  /** The newest rows of a topic. */
  async newest(topic: Topic): Promise<readonly Row[]> {
    const columns = await this.#catalog.columns(this.#channel.relation);
    const { relation, kept, order, timeframed } = this.#channel;
    const { rows } = await this.#pool.query<Record<string, unknown>>(
      `select ${list(columns)} from ${quoted(relation)} as own where exchange = $1 and symbol = $2` +
        `${timeframed ? ' and timeframe = $3' : ''} order by ${order.map((name) => `${quoted(name)} desc`).join(', ')} limit ${kept}`,
      [topic.market.exchange, topic.market.symbol, ...(timeframed ? [topic.timeframe] : [])],
    );
    return rows.map((values) => this.#read(columns, values));
  }

  /** After the database said that the relation is not what it was. */
  forget(): void {
    this.#catalog.forget();
  }

  #read(columns: readonly Column[], values: Readonly<Record<string, unknown>>): ReadRow {
    return {
      ...toRow(this.#channel, columns, values),
      exchange: String(values.exchange),
      symbol: String(values.symbol),
      timeframe: this.#channel.timeframed ? String(values.timeframe) : null,
    };
  }
}

const ARRAY_TYPES: Readonly<Record<number, string>> = {
  [TYPE.int2]: 'int2[]',
  [TYPE.int4]: 'int4[]',
  [TYPE.int8]: 'int8[]',
  [TYPE.timestamptz]: 'timestamptz[]',
};

function arrayType(columns: readonly Column[], name: string): string {
  return ARRAY_TYPES[columns.find((column) => column.name === name)?.type ?? 0] ?? 'varchar[]';
}

function list(columns: readonly Column[]): string {
  return columns.map(({ name }) => `own.${quoted(name)}`).join(', ');
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
