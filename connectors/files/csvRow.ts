import { parse } from 'csv-parse/sync';
import { BadField } from '../errors.ts';

/** The fields of one row, trimmed. @throws BadField when its quotes do not close. */
export function csvFields(line: string): readonly string[] {
  if (!line.includes('"')) {
    const fields = line.split(',');
    for (let i = 0; i < fields.length; i++) fields[i] = (fields[i] as string).trim();
    return fields;
  }
  try {
    const rows = parse(line, { trim: true, relax_column_count: true });
    return rows[0] ?? [];
  } catch {
    throw new BadField('row', line, 'comma-separated values with closed quotes');
  }
}

/** The row's names in lower case when it is a header: words only, no value among them. Else null. */
export function headerOf(fields: readonly string[]): readonly string[] | null {
  const words = fields.every((field) => /^[A-Za-z_][\w .()/-]*$/.test(field));
  return words && !fields.some((field) => /^(true|false|nan)$/i.test(field))
    ? fields.map((field) => field.toLowerCase())
    : null;
}
