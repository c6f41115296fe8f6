import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Catalog } from '../catalog.ts';
import { type Row, rowToJson } from '../columns.ts';
import type { Views } from '../database.ts';
import { type KindName, kindOf } from './kind.ts';
import type {
  AccuracySums,
  Count,
  Interval,
  MonitoringStore,
  Percentiles,
  Search,
  Selection,
} from './store.ts';

const LENGTH: Readonly<Record<Interval, string>> = { '1h': '1 hour', '1d': '24 hours' };

/** Monitoring from the tables and views themselves. */
export class TablesStore implements MonitoringStore {
  readonly name = 'tables';
  readonly #db: Kysely<Views>;
  readonly #catalog: Catalog;

  constructor(db: Kysely<Views>, catalog: Catalog) {
    this.#db = db;
    this.#catalog = catalog;
  }

  async search({ order, limit, after, ...selection }: Search): Promise<readonly Row[]> {
    const { view, key } = kindOf(selection.kind);
    const columns = await this.#catalog.columns(view);
    const where = conditions(selection);
    const { collations } = await this.#catalog.engine();
    const ordered = (index: number): RawBuilder<unknown> => byBytes(selection.kind, index, collations);
    if (after !== undefined) where.push(behind(selection.kind, after, order, ordered));
    const { rows } =
      await sql<Row>`select ${sql.join(columns.map(({ name }) => sql.ref(name)))} from ${sql.table(view)}
      where ${sql.join(where, sql` and `)}
      order by ${sql.join(key.map((_, index) => sql`${ordered(index)} ${sql.raw(order)}`))}
      limit ${sql.lit(limit)}`.execute(this.#db);
    return rows.map((row) => rowToJson(row, columns));
  }

  async accuracy(selection: Selection, interval: Interval): Promise<readonly AccuracySums[]> {
    const { rows } =
      await sql<Row>`select ${start(selection.kind, interval)} as start, sum(predictions)::float8 as predictions,
        sum(absolute_return_error_sum)::float8 as absolute, sum(persistence_absolute_return_error_sum)::float8 as persistence,
        sum(moves)::float8 as moves, sum(direction_hits)::float8 as direction_hits,
        sum(intervals)::float8 as intervals, sum(interval_hits)::float8 as interval_hits
      from ${sql.table(kindOf(selection.kind).view)}
      where ${sql.join(conditions(selection), sql` and `)} group by ${start(selection.kind, interval)} order by start`.execute(
        this.#db,
      );
    return rows.map((row) => ({
      start: isoOf(row.start),
      predictions: Number(row.predictions),
      absoluteError: Number(row.absolute),
      persistenceAbsoluteError: Number(row.persistence),
      moves: Number(row.moves),
      directionHits: Number(row.direction_hits),
      intervals: Number(row.intervals),
      intervalHits: Number(row.interval_hits),
    }));
  }

  async errorPercentiles(selection: Selection, percents: readonly number[]): Promise<Percentiles> {
    const values = percents.map((percent, index) => {
      const share = sql.lit(percent / 100);
      return sql`percentile_cont(${share}) within group (order by error::float8) as ${sql.ref(`value_${index}`)}`;
    });
    const { rows } = await sql<Readonly<Record<string, number | string | null>>>`
      select ${sql.join([sql`count(error) as count`, ...values])}
      from ${sql.table(kindOf(selection.kind).view)} where ${sql.join(conditions(selection), sql` and `)}`.execute(
      this.#db,
    );
    const [row] = rows;
    return {
      count: Number(row?.count ?? 0),
      values: percents.map((_, index) => {
        const value = row?.[`value_${index}`] ?? null;
        return value === null ? null : Number(value);
      }),
    };
  }

  async counts(selection: Selection, interval: Interval): Promise<readonly Count[]> {
    const { rows } = await sql<Row>`select ${start(selection.kind, interval)} as start, count(*) as count
      from ${sql.table(kindOf(selection.kind).view)}
      where ${sql.join(conditions(selection), sql` and `)} group by ${start(selection.kind, interval)} order by start`.execute(
      this.#db,
    );
    return rows.map((row) => ({ start: isoOf(row.start), count: Number(row.count) }));
  }
}

function conditions({ kind, from, to, equal }: Selection): RawBuilder<boolean>[] {
  const { key, only } = kindOf(kind);
  const time = sql.ref(key[0].name);
  const where = [sql<boolean>`true`];
  if (only !== undefined) where.push(sql<boolean>`${sql.ref(only.column)} = ${only.value}`);
  if (from !== undefined) where.push(sql<boolean>`${time} >= ${from}`);
  if (to !== undefined) where.push(sql<boolean>`${time} < ${to}`);
  for (const [column, value] of Object.entries(equal))
    where.push(sql<boolean>`${sql.ref(column)} = ${value}`);
  return where;
}

/** Text by its bytes, as Elasticsearch orders it, whatever the database's language. */
function byBytes(kind: KindName, index: number, collations: boolean): RawBuilder<unknown> {
  const column = kindOf(kind).key[index];
  const reference = sql.ref(column?.name ?? '');
  return collations && column?.kind === 'text' ? sql`${reference} collate "C"` : sql`${reference}`;
}

/** The rows behind one, in the order of the key, written out as in the listings. */
function behind(
  kind: KindName,
  values: readonly (string | number)[],
  order: 'asc' | 'desc',
  ordered: (index: number) => RawBuilder<unknown>,
): RawBuilder<boolean> {
  const { key } = kindOf(kind);
  const beyond = sql.raw(order === 'asc' ? '>' : '<');
  const from = (index: number): RawBuilder<boolean> => {
    const here = sql<boolean>`${ordered(index)} ${beyond} ${values[index]}`;
    if (index === key.length - 1) return here;
    const same = sql<boolean>`${sql.ref(key[index]?.name ?? '')} = ${values[index]}`;
    return sql<boolean>`(${here} or (${same} and ${from(index + 1)}))`;
  };
  return sql<boolean>`${sql.ref(key[0].name)} ${beyond}= ${values[0]} and ${from(0)}`;
}

function start(kind: KindName, interval: Interval): RawBuilder<unknown> {
  const length = sql.lit(LENGTH[interval]);
  return sql`date_bin(interval ${length}, ${sql.ref(kindOf(kind).key[0].name)}, '2000-01-01 00:00:00+00'::timestamptz)`;
}

function isoOf(value: unknown): string {
  return new Date(value instanceof Date ? value : String(value)).toISOString();
}
