/** A string as SQL writes it. */
export function literal(text: string | null): string {
  return text === null ? 'null' : `'${text.replaceAll("'", "''")}'`;
}

/** Rows of literals in one statement. A row whose key is there overwrites it: RisingWave's tables do so unless they say otherwise. */
export function insertRows(table: string, rows: readonly (readonly (string | number | null)[])[]): string {
  const values = rows.map(
    (row) =>
      `(${row.map((value) => (typeof value === 'number' ? String(value) : literal(value))).join(', ')})`,
  );
  return `insert into ${table} values\n  ${values.join(',\n  ')}`;
}
