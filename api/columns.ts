import type { Column } from './catalog.ts';
import { toJson } from './database.ts';
import { Problem } from './problem.ts';

/** A row as the database gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** A page of rows. */
export interface Page {
  readonly data: readonly Row[];
  readonly next_cursor: string | null;
}

/** The columns that a request names, in its order; all of them when it names none. */
export function chooseColumns(
  columns: readonly Column[],
  wanted: string | undefined,
  view: string,
): readonly Column[] {
  if (wanted === undefined) return columns;
  const byName = new Map(columns.map((column) => [column.name, column]));
  return [...new Set(wanted.split(','))].map((name) => {
    const column = byName.get(name);
    if (column) return column;
    const allowed = [...byName.keys()];
    throw new Problem('unknown_column', {
      detail: `${view} has no column '${name}'. It has ${allowed.join(', ')}`,
      field: 'fields',
      more: { allowed },
    });
  });
}

/** A row as it is sent. Columns in `json` hold JSON as text and are sent as what that says. */
export function rowToJson(row: Row, columns: readonly Column[], json: readonly string[] = []): Row {
  const sent: Record<string, unknown> = {};
  for (const { name, type } of columns) {
    const value = toJson(row[name], type);
    sent[name] = typeof value === 'string' && json.includes(name) ? parsed(value) : value;
  }
  return sent;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
