import type { Node, ResTarget, SelectStmt } from '@pgsql/types';
import { aliasColumns } from './expand.ts';
import { columnPath, functionName, pick, relationName, selectOf, textOf } from './tree.ts';

/** Columns of a stored relation by name; null when there is no such relation. */
export type ColumnsOf = (relation: string) => readonly string[] | null;

/** A column in sight of a select's expressions. */
export interface SourceColumn {
  /** Alias of the FROM item, empty for the merged column of USING. */
  readonly source: string;
  readonly name: string;
}

/** Output columns of an expanded query, in order. */
export function outputColumns(select: SelectStmt, columnsOf: ColumnsOf): string[] {
  if (select.larg) return outputColumns(select.larg, columnsOf);
  if (select.valuesLists) {
    const first = pick(select.valuesLists[0], 'List');
    return (first?.items ?? []).map((_, index) => `column${index + 1}`);
  }
  const sources = sourceColumns(select.fromClause ?? [], columnsOf);
  return (select.targetList ?? []).flatMap((target) => targetColumns(pick(target, 'ResTarget'), sources));
}

/** Names that one item of a select list gives: several for `*`. */
export function targetColumns(target: ResTarget | undefined, sources: readonly SourceColumn[]): string[] {
  const path = columnPath(target?.val);
  if (path?.[path.length - 1] === '*') {
    return sources
      .filter((column) => path.length === 1 || column.source === path[path.length - 2])
      .map((column) => column.name);
  }
  return [target?.name ?? impliedName(target?.val)];
}

/** The name PostgreSQL gives to a column without `as`. */
export function impliedName(value: Node | undefined): string {
  const path = columnPath(value);
  if (path) return path[path.length - 1] ?? '?column?';
  const call = pick(value, 'FuncCall');
  if (call) return functionName(call.funcname);
  const cast = pick(value, 'TypeCast');
  if (cast) {
    const inner = impliedName(cast.arg);
    return inner === '?column?' ? textOf(cast.typeName?.names?.[cast.typeName.names.length - 1]) : inner;
  }
  if (pick(value, 'CoalesceExpr')) return 'coalesce';
  if (pick(value, 'CaseExpr')) return 'case';
  const extreme = pick(value, 'MinMaxExpr');
  if (extreme) return extreme.op === 'IS_LEAST' ? 'least' : 'greatest';
  return '?column?';
}

/** Every column that FROM offers, in the order of `*`. */
export function sourceColumns(from: readonly Node[], columnsOf: ColumnsOf): SourceColumn[] {
  return from.flatMap((item) => itemColumns(item, columnsOf));
}

/** Alias of a FROM item. */
export function itemAlias(item: Node): string {
  const relation = pick(item, 'RangeVar');
  if (relation) return relation.alias?.aliasname ?? relation.relname ?? '';
  return (
    pick(item, 'RangeSubselect')?.alias?.aliasname ?? pick(item, 'RangeFunction')?.alias?.aliasname ?? ''
  );
}

function itemColumns(item: Node, columnsOf: ColumnsOf): SourceColumn[] {
  const join = pick(item, 'JoinExpr');
  if (join?.larg && join.rarg) {
    const using = (join.usingClause ?? []).map(textOf);
    const sides = [...itemColumns(join.larg, columnsOf), ...itemColumns(join.rarg, columnsOf)];
    return [
      ...using.map((name) => ({ source: '', name })),
      ...sides.filter((column) => !using.includes(column.name)),
    ];
  }
  const source = itemAlias(item);
  return itemNames(item, columnsOf).map((name) => ({ source, name }));
}

function itemNames(item: Node, columnsOf: ColumnsOf): readonly string[] {
  const relation = pick(item, 'RangeVar');
  if (relation) return renamed(columnsOf(relationName(relation)) ?? [], aliasColumns(relation.alias));
  const subselect = pick(item, 'RangeSubselect');
  const query = selectOf(subselect?.subquery);
  if (query) return renamed(outputColumns(query, columnsOf), aliasColumns(subselect?.alias));
  const called = pick(item, 'RangeFunction');
  if (called) {
    const names = aliasColumns(called.alias);
    return names.length > 0 ? names : [called.alias?.aliasname ?? 'unnest'];
  }
  return [];
}

function renamed(names: readonly string[], aliases: readonly string[]): string[] {
  return names.map((name, index) => aliases[index] ?? name);
}
