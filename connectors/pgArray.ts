// PostgreSQL array literals. `pg` can write them too, but escapes every element by regular expression, which took as
// long as all the rest of a batch.

const PLAIN = /^[A-Za-z0-9_/.:+-]+$/;

/** `{1,2,3}` of elements that are known to need no quotes: numbers and booleans made by the caller. */
export function literal<Row>(rows: readonly Row[], element: (row: Row) => string | number): string {
  let text = '{';
  for (let i = 0; i < rows.length; i++) {
    if (i > 0) text += ',';
    text += element(rows[i] as Row);
  }
  return `${text}}`;
}

/** `{"a","b"}` of any text. */
export function textLiteral<Row>(rows: readonly Row[], element: (row: Row) => string): string {
  return literal(rows, (row) => quoted(element(row)));
}

/** As `textLiteral`, where null stands for an unknown value. */
export function nullableLiteral<Row>(
  rows: readonly Row[],
  element: (row: Row) => string | number | null,
): string {
  return literal(rows, (row) => {
    const value = element(row);
    return value === null ? 'null' : quoted(String(value));
  });
}

function quoted(text: string): string {
  if (PLAIN.test(text) && text.toLowerCase() !== 'null') return text;
  // PostgreSQL text cannot hold a zero byte.
  return `"${text.replaceAll('\0', '\u2400').replace(/["\\]/g, '\\$&')}"`;
}
