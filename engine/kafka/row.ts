import { isUtf8 } from 'node:buffer';
import { LosslessNumber, parse as parseExactly } from 'lossless-json';
import type { Message } from './client.ts';
import type { KafkaTable } from './table.ts';
import { needsExact, Unfit } from './value.ts';

/** Values of a row in the order of the table's columns, as text. */
export type Row = readonly (string | null)[];

/** A message becomes a row of its table, or a reason why it can't. */
export type Read = { readonly row: Row } | { readonly reason: string };

/** Versions of the header `schema` that are understood; messages without it are, too. */
const SCHEMAS = new Set(['1']);
/** What is longer is not even parsed. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

type Fields = Readonly<Record<string, unknown>>;

export function readRow(table: KafkaTable, message: Message): Read {
  const { value } = message;
  if (value === null)
    return { reason: `no value (a tombstone), expected a JSON object with the columns of ${table.name}` };
  if (value.length > MAX_MESSAGE_BYTES)
    return { reason: `value has ${value.length} bytes, more than the limit of ${MAX_MESSAGE_BYTES}` };
  const schema = schemaOf(message);
  if (schema !== null && !SCHEMAS.has(schema))
    return { reason: `header schema is ${shown(schema)}, expected ${[...SCHEMAS].join(' or ')}` };
  if (!isUtf8(value)) return { reason: 'value is not UTF-8, expected a JSON object' };
  const text = value.toString('utf8');
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch (error) {
    return { reason: `value is not JSON: ${(error as Error).message}` };
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    return { reason: `value is ${shown(fields)}, expected a JSON object` };
  return readFields(table, fields as Fields, text);
}

function readFields(table: KafkaTable, parsed: Fields, text: string): Read {
  let fields = parsed;
  if (table.columns.some(({ name, read }) => needsExact(fields[name], read)))
    fields = parseExactly(text) as Fields;
  const row: (string | null)[] = [];
  for (const column of table.columns) {
    const value = Object.hasOwn(fields, column.name) ? fields[column.name] : undefined;
    if (value === undefined || value === null) {
      if (column.key)
        return {
          reason: `${column.name} is ${value === null ? 'null' : 'missing'}, and it is in the key of ${table.name}`,
        };
      row.push(null);
      continue;
    }
    try {
      row.push(column.read(value));
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      return { reason: `${column.name} is ${shown(value)}, expected ${error.message}` };
    }
  }
  return { row };
}

function schemaOf(message: Message): string | null {
  for (const header of message.headers ?? []) {
    if (Object.hasOwn(header, 'schema')) return String(header.schema);
  }
  return null;
}

function shown(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const text = value instanceof LosslessNumber ? value.value : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 80)}… (${text.length} characters)` : text;
}
