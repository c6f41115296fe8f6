import type pg from 'pg';
import type { CatalogObject } from '../../engine/catalog/object.ts';

/** Two doubles are one when they are this close, relative to themselves or, near zero, to the largest value of their column. */
const RELATIVE = 1e-8;
const OF_THE_COLUMN = 1e-10;
/** Differences of a view that are told. */
const SAMPLES = 5;

/** Columns whose value depends on the moment of reading. */
const AMBIENT: Readonly<Record<string, readonly string[]>> = {
  freshness: ['seconds_since_trade', 'seconds_since_event', 'state'],
  dead_letter_counts: ['letters_last_hour'],
};

type Value = string | number | boolean | null;
type Row = ReadonlyMap<string, Value>;

/** How many rows of a view were compared, and what differs: view, column, key and both values, for people. */
export interface Comparison {
  readonly view: string;
  readonly rows: number;
  readonly differences: readonly string[];
}

/** Compares a table or view of both databases, row by row, by its key. */
export async function compareView(
  embedded: pg.Client,
  risingwave: pg.Client,
  object: CatalogObject,
): Promise<Comparison> {
  const columns = object.columns
    .map(({ name }) => name)
    .filter((name) => !AMBIENT[object.name]?.includes(name));
  const [left, right] = [await rowsOf(embedded, object, columns), await rowsOf(risingwave, object, columns)];
  const differences: string[] = [];
  const tell = (text: string): void => void differences.push(`${object.name} ${text}`);
  for (const [key, row] of left) {
    const other = right.get(key);
    if (other === undefined) tell(`${key}: RisingWave has no such row; embedded ${JSON.stringify([...row])}`);
  }
  for (const [key, row] of right)
    if (!left.has(key)) tell(`${key}: only RisingWave has this row: ${JSON.stringify([...row])}`);
  for (const column of columns) {
    const scale = Math.max(0, ...[...left.values()].map((row) => Math.abs(Number(row.get(column)) || 0)));
    for (const [key, row] of left) {
      const [a, b] = [row.get(column) ?? null, right.get(key)?.get(column) ?? null];
      if (right.has(key) && !same(a, b, scale)) tell(`.${column} ${key}: embedded ${a}, RisingWave ${b}`);
    }
  }
  return { view: object.name, rows: left.size, differences };
}

/** The first differences of every view that has some. */
export function report(comparisons: readonly Comparison[]): string[] {
  return comparisons.flatMap(({ differences }) => [
    ...differences.slice(0, SAMPLES),
    ...(differences.length > SAMPLES ? [`… and ${differences.length - SAMPLES} more`] : []),
  ]);
}

async function rowsOf(
  client: pg.Client,
  { name, key }: CatalogObject,
  columns: readonly string[],
): Promise<Map<string, Row>> {
  const { rows, fields } = await client.query<Record<string, unknown>>(
    `select ${columns.join(', ')} from ${name}`,
  );
  const types = new Map(fields.map((field) => [field.name, field.dataTypeID]));
  const found = new Map<string, Row>();
  for (const row of rows) {
    const values = new Map(columns.map((column) => [column, plain(row[column], types.get(column) ?? 0)]));
    const id = JSON.stringify(key.map((column) => values.get(column)));
    if (found.has(id)) throw new Error(`${name} has two rows with the key ${id}`);
    found.set(id, values);
  }
  return found;
}

const NUMERIC = [20, 1700];

/** Exact numbers as decimal text without needless zeros, times as ISO text. */
function plain(value: unknown, type: number): Value {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (NUMERIC.includes(type)) return decimal(String(value));
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value);
}

export function decimal(text: string): string {
  if (!text.includes('.')) return text;
  const short = text.replace(/0+$/, '').replace(/\.$/, '');
  return short === '-0' ? '0' : short;
}

/** Doubles come as numbers, and are compared as such; everything else is equal or not. */
export function same(a: Value, b: Value, scale: number): boolean {
  if (a === b) return true;
  if (typeof a !== 'number' || typeof b !== 'number') return String(a) === String(b);
  const distance = Math.abs(a - b);
  return distance <= RELATIVE * Math.max(Math.abs(a), Math.abs(b)) || distance <= OF_THE_COLUMN * scale;
}
