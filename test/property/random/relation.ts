export type ColumnType = 'text' | 'bigint' | 'timestamptz' | 'numeric' | 'double precision' | 'boolean';

export interface RandomColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** A table or view of a random catalog, with what a view over it has to know. */
export interface Relation {
  readonly name: string;
  readonly kind: 'table' | 'view' | 'materialized view';
  readonly columns: readonly RandomColumn[];
  /** Columns that identify a row; some may be null. */
  readonly key: readonly string[];
  /** The column that windows are ordered by and buckets are made of, if there is one. */
  readonly time: string | null;
  /** Text of its file. */
  readonly text: string;
}

/** A select that becomes a view: `Relation` before it has a name. */
export interface Draft {
  readonly sql: string;
  readonly columns: readonly RandomColumn[];
  readonly key: readonly string[];
  readonly time: string | null;
}

export function columnsOfType(relation: Relation, ...types: readonly ColumnType[]): string[] {
  return relation.columns.filter((column) => types.includes(column.type)).map((column) => column.name);
}

export function typeOf(relation: Relation, name: string): ColumnType {
  const column = relation.columns.find((candidate) => candidate.name === name);
  if (!column) throw new TypeError(`${relation.name} has no column ${name}`);
  return column.type;
}

export function keep(relation: Relation, names: readonly string[]): RandomColumn[] {
  return names.map((name) => ({ name, type: typeOf(relation, name) }));
}

/** Names without repetition. */
export function unique(...lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())];
}

function table(
  name: string,
  columns: Readonly<Record<string, ColumnType>>,
  key: readonly string[],
  time: string | null,
): Relation {
  const list = Object.entries(columns).map(([column, type]) => ({ name: column, type }));
  const body = [...list.map((column) => `${column.name} ${column.type}`), `primary key (${key.join(', ')})`];
  return {
    name,
    kind: 'table',
    columns: list,
    key,
    time,
    text: `-- ${name}: rows that a test writes.\ncreate table ${name} (\n  ${body.join(',\n  ')}\n);\n`,
  };
}

/** Landing tables: facts with an id and a time beside the key, a series keyed by time, and what is known of a place. */
export const TABLES: readonly Relation[] = [
  table(
    'ticks',
    {
      place: 'text',
      id: 'bigint',
      at: 'timestamptz',
      price: 'numeric',
      size: 'double precision',
      tag: 'text',
      good: 'boolean',
    },
    ['place', 'id'],
    'at',
  ),
  table(
    'beats',
    { place: 'text', minute: 'timestamptz', level: 'double precision', tag: 'text', price: 'numeric' },
    ['place', 'minute'],
    'minute',
  ),
  table('places', { place: 'text', tag: 'text', factor: 'double precision' }, ['place'], null),
];
