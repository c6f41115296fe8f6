import type { Catalog } from '../catalog/catalog.ts';

/** What of a change can't stand beside the running version, in words with the remedy. */
export function refusals(before: Catalog, after: Catalog): string[] {
  const reasons: string[] = [];
  for (const object of before.objects) {
    const next = after.objects.find(({ file }) => file === object.file);
    if (object.kind === 'function' && next && code(next.statement.body) !== code(object.statement.body))
      reasons.push(
        `sql/${object.file} changed, and the views that run call it: give the new function another name, or stop Tickwave and start it again`,
      );
    if (object.kind !== 'table') continue;
    const table = after.find(object.name);
    if (table?.kind !== 'table') continue;
    for (const column of object.columns) {
      const now = table.columns.find(({ name }) => name === column.name);
      if (!now)
        reasons.push(
          `sql/${table.file} no longer has '${column.name}': dropping it would lose rows' data. Put it back`,
        );
      else if (now.type !== column.type)
        reasons.push(
          `sql/${table.file}: '${column.name}' was ${column.type}, becomes ${now.type}; stored rows keep their type. Add a column instead`,
        );
    }
    if (table.key.join() !== object.key.join())
      reasons.push(
        `sql/${table.file} has another primary key; rows are stored by the old one. Make a new table`,
      );
  }
  return reasons;
}

function code(body: string): string {
  return body
    .replace(/--[^\n]*/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
