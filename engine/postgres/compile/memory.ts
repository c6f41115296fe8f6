import { printExpression } from '../../sql/parse.ts';
import { pick, treeKey } from '../../sql/tree.ts';
import { alphaOf } from './ema.ts';
import { identifier } from './restrict.ts';
import { earlierRows } from './rows.ts';
import type { FrameCall, WindowBlock } from './windowBlock.ts';

/** Frames longer than this are remembered: while a window is open only its newest row changes, and the rest of the frame does not. */
const LONG_FRAME = 31;

/** A value over the rows before the current one, and the call's value made from such parts and the current row. */
interface Split {
  readonly parts: readonly string[];
  readonly combine: (parts: readonly string[]) => string;
}

/** Calls with long frames whose value follows from parts over the earlier rows. */
export interface Memory {
  /** Parts as aggregates over `recent` rows, each with its column name. */
  readonly parts: readonly { readonly name: string; readonly sql: string }[];
  /** The call's value, given how a part is written. */
  readonly values: ReadonlyMap<string, (part: (name: string) => string) => string>;
  /** Weights of averages by their factor. */
  readonly weights: ReadonlyMap<string, string>;
  readonly reach: number;
}

/** What of a block is worth remembering; null when nothing is. */
export function memoryOf(block: WindowBlock): Memory | null {
  const parts = new Map<string, string>();
  const values = new Map<string, (part: (name: string) => string) => string>();
  const weights = new Map<string, string>();
  let reach = 0;
  for (const call of block.calls) {
    const split = call.back > LONG_FRAME ? splitCall(call, weights) : null;
    if (!split) continue;
    const own = split.parts.map((sql) => {
      const name = parts.get(sql) ?? `part_${parts.size + 1}`;
      parts.set(sql, name);
      return name;
    });
    values.set(treeKey(call.node), (part) => split.combine(own.map(part)));
    reach = Math.max(reach, call.back);
  }
  return values.size > 0
    ? { parts: [...parts].map(([sql, name]) => ({ name, sql })), values, weights, reach }
    : null;
}

/** How a call splits into the rows before and the current row; null when it does not. */
function splitCall(call: FrameCall, weights: Map<string, string>): Split | null {
  const invoked = pick(call.node, 'FuncCall');
  const [argument, alpha] = invoked?.args ?? [];
  const value = argument ? `(${printExpression(argument)})` : '';
  const inFrame = `row_age <= ${call.back}`;
  if (call.name === 'lag')
    return {
      parts: [`(array_agg(${value}) filter (where row_age = ${call.back}))[1]`],
      combine: ([part]) => part ?? 'null',
    };
  if (call.near !== 0 || invoked?.agg_filter || invoked?.agg_distinct) return null;
  if (call.name === 'count' && invoked?.agg_star)
    return { parts: [`count(*) filter (where ${inFrame})`], combine: ([part]) => `(${part} + 1)` };
  if (call.name === 'sum')
    return {
      parts: [`sum(${value}) filter (where ${inFrame})`],
      combine: ([part]) => `coalesce(${part} + ${value}, ${part}, ${value})`,
    };
  if (call.name === 'min')
    return {
      parts: [`min(${value}) filter (where ${inFrame})`],
      combine: ([part]) => `least(${part}, ${value})`,
    };
  if (call.name === 'max')
    return {
      parts: [`max(${value}) filter (where ${inFrame})`],
      combine: ([part]) => `greatest(${part}, ${value})`,
    };
  if (call.name !== 'ema' || !alpha) return null;
  const factor = alphaOf(alpha);
  const weight = weights.get(factor) ?? `weight_${weights.size + 1}`;
  weights.set(factor, weight);
  return {
    parts: [
      `sum(${value} * ${weight}) filter (where ${inFrame})`,
      `coalesce(sum(${weight}) filter (where ${inFrame} and ${value} is not null), 0)`,
    ],
    combine: ([sum, total]) =>
      `(coalesce(${sum} + ${value}, ${sum}, ${value}) / nullif(${total} + (${value} is not null)::int, 0))`,
  };
}

/** The parts for the row with the block's alias: a query of one row. `only` may keep it from reading anything. */
export function partsQuery(block: WindowBlock, memory: Memory, table: string, only = ''): string {
  const aged = earlierRows(block, table, memory.reach, {
    before: true,
    columns: `, row_number() over (order by earlier.${identifier(block.time)} desc) as row_age`,
    only,
  });
  const weighted = [...memory.weights].map(([factor, name]) => `exp(${factor} * recent.row_age) as ${name}`);
  const rows = `select ${['recent.*', ...weighted].join(', ')} from (${aged}) as recent order by recent.row_age desc`;
  return `select ${memory.parts.map((part) => `${part.sql} as ${part.name}`).join(', ')} from (${rows}) as ${identifier(block.alias)}`;
}

/** Key of what is remembered: one row a partition, for its newest row. */
export function memoryColumns(block: WindowBlock): string[] {
  return [...block.partition, block.time].map(identifier);
}

/** Makes the table of what is remembered. It is only ever a shortcut, so a crash may empty it. */
export function memoryTable(block: WindowBlock, memory: Memory, name: string, table: string): string[] {
  const alias = identifier(block.alias);
  const columns = [
    ...memoryColumns(block).map((column) => `${alias}.${column}`),
    ...memory.parts.map((part) => `parts.${part.name}`),
  ];
  return [
    `drop table if exists ${name}`,
    `create unlogged table ${name} as select ${columns.join(', ')} from ${table} as ${alias} cross join lateral (${partsQuery(block, memory, table)}) as parts with no data`,
    `create unique index on ${name} (${block.partition.map(identifier).join(', ')}) nulls not distinct`,
  ];
}
