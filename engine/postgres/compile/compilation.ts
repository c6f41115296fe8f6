import type { Node } from '@pgsql/types';
import type { Catalog } from '../../catalog/catalog.ts';
import type { SliceRule } from '../../slices/rule.ts';
import { printExpression, printSelect } from '../../sql/parse.ts';
import { pick, rewrite } from '../../sql/tree.ts';
import { branches } from './branches.ts';
import type { ChangeColumns } from './changes.ts';
import type { TableOf } from './dialect.ts';
import type { StageSql } from './ranges.ts';
import { identifier, restrict } from './restrict.ts';
import { spacing } from './spacing.ts';

export interface Compilation {
  readonly rule: SliceRule;
  readonly catalog: Catalog;
  readonly tableOf: TableOf;
  /** Rule of a stored view that this one reads; nothing for landing tables. */
  readonly ruleOf: (relation: string) => SliceRule | undefined;
  /** What each input notes of its changes. */
  readonly changesOf: (relation: string) => ChangeColumns;
  /** It is filled slice by slice, as slices are put into its table of seeds. */
  readonly seeded?: boolean;
}

export function keysOf(rule: SliceRule): string[] {
  return rule.partition.map(identifier);
}

/** A window's input, restricted to the partition of the row `touched`. */
export function stageOf(compilation: Compilation): StageSql {
  const { rule, catalog, tableOf } = compilation;
  return (stage) =>
    branches(stage, catalog.columnsOf).map((branch) =>
      printSelect(restrict(branch, rule, 'touched', () => null, tableOf)),
    );
}

export function tolerance(compilation: Compilation): string {
  return `interval '${spacing(compilation.rule, compilation.ruleOf)} milliseconds'`;
}

/** An expression over a leaf's columns, as one over the columns of `row`. */
export function ofRow(row: string, node: Node): string {
  const qualified = rewrite(node, (part) => {
    const fields = pick(part, 'ColumnRef')?.fields;
    return fields?.length === 1 ? { ColumnRef: { fields: [{ String: { sval: row } }, ...fields] } } : null;
  });
  return printExpression(qualified);
}

export function ofChanged(node: Node): string {
  return ofRow('changed', node);
}
