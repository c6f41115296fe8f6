/** A number for `limit`, which is written into the text: not every engine takes a parameter there. */
export function rowLimit(rows: number): string {
  if (!Number.isSafeInteger(rows) || rows < 0)
    throw new RangeError(`limit is ${rows}: expected a whole number`);
  return String(rows);
}
