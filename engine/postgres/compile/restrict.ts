import type { Node, SelectStmt } from '@pgsql/types';
import { scanSync } from 'libpg-query';
import type { LeafRule, SliceRule } from '../../slices/rule.ts';
import { parseSelect, printExpression } from '../../sql/parse.ts';
import { pick, rewriteSelect } from '../../sql/tree.ts';
import { type TableOf, toPostgres } from './dialect.ts';
import type { Range } from './ranges.ts';

/** The range of a leaf's time to read, or null for all of it. */
export type BoundsOf = (rule: LeafRule) => Range | null;

const quoted = new Map<string, string>();

/** Quotes nothing that needs no quotes, so that the generated text reads like the hand-written. */
export function identifier(name: string): string {
  const known = quoted.get(name);
  if (known !== undefined) return known;
  const isPlain = /^[a-z_][a-z0-9_]*$/.test(name) && isFree(name);
  const text = isPlain ? name : `"${name.replaceAll('"', '""')}"`;
  quoted.set(name, text);
  return text;
}

/** Whether a word means nothing to SQL where a name may stand. */
function isFree(name: string): boolean {
  const kind = scanSync(name).tokens[0]?.keywordName;
  return kind === 'NO_KEYWORD' || kind === 'UNRESERVED_KEYWORD';
}

/**
 * A query of the view in which each leaf gives only what the slice in the row `row` needs: its partition, and the
 * range of time that `boundsOf` names.
 */
export function restrict(
  select: SelectStmt,
  rule: SliceRule,
  row: string,
  boundsOf: BoundsOf,
  tableOf: TableOf,
): SelectStmt {
  const byNode = new Map(rule.leaves.map((leaf) => [leaf.leaf.node, leaf]));
  const narrowed = rewriteSelect(select, (node) => {
    const relation = pick(node, 'RangeVar');
    const leaf = relation ? byNode.get(relation) : undefined;
    return leaf ? narrow(leaf, rule, row, boundsOf(leaf)) : null;
  });
  return toPostgres(narrowed, tableOf);
}

function narrow(leaf: LeafRule, rule: SliceRule, row: string, range: Range | null): Node | null {
  if (leaf.scope === 'whole view') return null;
  const relation = leaf.leaf.node;
  const conditions = rule.partition.flatMap((column, index) => {
    const value = leaf.partition[index];
    return value && value.lookups.length === 0
      ? [`${printExpression(value.expression)} = ${row}.${identifier(column)}`]
      : [];
  });
  if (range && leaf.chain) {
    const time = identifier(leaf.chain.column);
    conditions.push(`${time} >= ${range.lo}`, `${time} <= ${range.hi}`);
  }
  if (conditions.length === 0) return null;
  const query = parseSelect(`select * from ${leaf.leaf.relation} where ${conditions.join(' and ')}`);
  return {
    RangeSubselect: {
      subquery: { SelectStmt: query },
      alias: relation.alias ?? { aliasname: relation.relname ?? leaf.leaf.relation },
    },
  };
}
