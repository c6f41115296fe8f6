// PostgreSQL array literals. `pg` can write them too, but escapes every element by regular expression.

const PLAIN = /^[A-Za-z0-9_/.:+-]+$/;

/** `{"a",null,"b"}` of the values of one column. */
export function columnArray(rows: readonly (readonly (string | null)[])[], column: number): string {
  let text = '{';
  for (let index = 0; index < rows.length; index++) {
    if (index > 0) text += ',';
    text += element(rows[index]?.[column] ?? null);
  }
  return `${text}}`;
}

function element(value: string | null): string {
  if (value === null) return 'null';
  if (PLAIN.test(value) && value.toLowerCase() !== 'null') return value;
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
