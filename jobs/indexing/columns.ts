import type { PoolClient, QueryConfig } from 'pg';
import pg from 'pg';
import type { Source } from './source.ts';

/** PostgreSQL's type numbers; RisingWave uses the same. */
const TYPE = {
  bool: 16,
  int8: 20,
  int2: 21,
  int4: 23,
  float4: 700,
  float8: 701,
  timestamptz: 1184,
  numeric: 1700,
} as const;

/** A column of a source. */
export interface Column {
  readonly name: string;
  /** PostgreSQL's type number. */
  readonly type: number;
}

/** A source that is in the database, with its columns of today. */
export interface PresentSource extends Source {
  readonly columns: readonly Column[];
}

/** Finds a source's columns without reading a row; null when its relation is not there. */
export async function findColumns(client: PoolClient, source: Source): Promise<PresentSource | null> {
  try {
    const { fields } = await client.query(`select * from ${source.relation} limit 1`);
    return { ...source, columns: fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID })) };
  } catch (error) {
    if (error instanceof Error && MISSING.test(error.message)) return null;
    throw error;
  }
}

/** How engines say that there is no such relation; they have no code in common for it. */
const MISSING = /does not exist|not found/i;

/** Field type of a column. Decimals are sent as text and stay exact in the document; they are searched as doubles. */
export function fieldOf({ type }: Column): Readonly<Record<string, unknown>> {
  switch (type) {
    case TYPE.bool:
      return { type: 'boolean' };
    case TYPE.int2:
    case TYPE.int4:
      return { type: 'integer' };
    case TYPE.int8:
      return { type: 'long' };
    case TYPE.float4:
    case TYPE.float8:
    case TYPE.numeric:
      return { type: 'double' };
    case TYPE.timestamptz:
      return { type: 'date_nanos' };
    default:
      // Longer texts are kept and not searched: Elasticsearch refuses keywords beyond 32 KB.
      return { type: 'keyword', ignore_above: 1024 };
  }
}

/** As the API sends them: decimals as text, times as ISO text with every digit, counts as numbers. */
export const exactTypes: NonNullable<QueryConfig['types']> = {
  getTypeParser: ((type: number, format?: 'text' | 'binary') => {
    if (type === TYPE.timestamptz) return isoText;
    if (type === TYPE.int8) return countOf;
    if (type === TYPE.float4 || type === TYPE.float8) return finite;
    return pg.types.getTypeParser(type, format);
  }) as typeof pg.types.getTypeParser,
};

/** `2024-06-01 00:00:00.5+00` as `2024-06-01T00:00:00.5Z`. */
function isoText(text: string): string {
  return text.replace(' ', 'T').replace(/\+00(:00)?$/, 'Z');
}

function countOf(text: string): number | string {
  const count = Number(text);
  return Number.isSafeInteger(count) ? count : text;
}

function finite(text: string): number | null {
  const number = Number(text);
  return Number.isFinite(number) ? number : null;
}
