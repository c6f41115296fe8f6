import type { CatalogObject } from '../../catalog/object.ts';
import { parseStatements } from '../../sql/parse.ts';
import { pick, walk } from '../../sql/tree.ts';

/** A view's query has a name of its own for something that is to be read under another name. */
export class NameHidden extends Error {
  override readonly name = 'NameHidden';

  constructor(file: string, name: string) {
    super(`sql/${file}: '${name}' is a CTE in one place and a view in another; give the CTE another name`);
  }
}

/**
 * The statement of a view under other names, its own and those it reads; the rest of the text stays as it was written, since
 * printing a parse tree would change it. What is read keeps its name within the query, as an alias.
 */
export function renamedStatement(object: CatalogObject, nameOf: ReadonlyMap<string, string>): string {
  const { body, parsable } = object.statement;
  const edits: { readonly at: number; readonly from: string; readonly to: string }[] = [];
  const hidden = new Set<string>();
  walk(parseStatements(parsable), (key, node) => {
    const cte = key === 'CommonTableExpr' ? pick({ CommonTableExpr: node }, 'CommonTableExpr') : undefined;
    if (cte?.ctename && nameOf.has(cte.ctename)) {
      // Where the view of that name is not read, every mention is the CTE's.
      if (object.inputs.includes(cte.ctename)) throw new NameHidden(object.file, cte.ctename);
      hidden.add(cte.ctename);
    }
    const relation =
      key === 'RangeVar' || key === 'rel' || key === 'view'
        ? pick({ RangeVar: node }, 'RangeVar')
        : undefined;
    const from = relation?.relname;
    const to = from === undefined ? undefined : nameOf.get(from);
    if (relation === undefined || from === undefined || to === undefined) return true;
    const alias = key === 'RangeVar' && !relation.alias ? `${to} as ${from}` : to;
    edits.push({ at: relation.location ?? 0, from, to: alias });
    return true;
  });
  const bytes = Buffer.from(body);
  let text = '';
  let end = 0;
  const shown = edits.filter(({ from }) => !hidden.has(from));
  for (const { at, from, to } of shown.sort((a, b) => a.at - b.at)) {
    const found = bytes.subarray(at, at + Buffer.byteLength(from)).toString();
    if (found.toLowerCase() !== from)
      throw new TypeError(`${object.name}: '${from}' is not at ${at} but '${found}'`);
    text += bytes.subarray(end, at).toString() + to;
    end = at + Buffer.byteLength(from);
  }
  return text + bytes.subarray(end).toString();
}
