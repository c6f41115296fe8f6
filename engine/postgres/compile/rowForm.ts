import type { Node, SelectStmt } from '@pgsql/types';
import { parseExpression, parseSelect, printExpression } from '../../sql/parse.ts';
import { pick, rewriteSelect, treeKey } from '../../sql/tree.ts';
import { alphaOf, emaTerms } from './ema.ts';
import { type Memory, memoryColumns, memoryOf, partsQuery } from './memory.ts';
import { identifier } from './restrict.ts';
import { earlierRows } from './rows.ts';
import type { FrameCall, WindowBlock } from './windowBlock.ts';

/**
 * Frames are computed in bands of similar length: a short one should not pass over the rows of the longest, and each band reads
 * its rows once more.
 */
const BANDS = [9, 32, 80, 160, 320, Number.POSITIVE_INFINITY];

/**
 * The block for a slice of few rows: for each row of the slice one lateral query over its last rows, each row numbered by its
 * `age`, each frame an aggregate with `filter (where age <= n)`. Window functions would compute every row of the read-back.
 * Rows go in by ascending time, so that sums are added in the order in which the window form adds them.
 *
 * @param current query of the slice's own rows, with the block's alias
 * @param remembered table of what is remembered of long frames
 */
export function rowForm(block: WindowBlock, current: Node, table: string, remembered: string): SelectStmt {
  const columns = new Map<string, string>();
  const memory = memoryOf(block);
  const recall = memory ? recallParts(block, memory, table, remembered, columns) : [];
  for (const call of block.calls)
    if (isLastKnown(call)) columns.set(treeKey(call.node), lastKnown(block, call, table));
  const bands = BANDS.map((limit, index) => ({
    name: `frame_${index + 1}`,
    calls: block.calls.filter(
      (call) => !columns.has(treeKey(call.node)) && call.back < limit && call.back >= (BANDS[index - 1] ?? 0),
    ),
  })).filter((band) => band.calls.length > 0);
  const laterals = bands.map((band) => lateral(block, band, table, columns));
  const select = rewriteSelect(block.select, (node) => {
    const column = columns.get(treeKey(node));
    return column ? parseExpression(column) : null;
  });
  const { windowClause: _, ...rest } = select;
  return { ...rest, fromClause: [[...recall, ...laterals].reduce(crossJoin, current)] };
}

/** Long frames come from what is remembered of the newest row's partition, or are computed where it is another row. */
function recallParts(
  block: WindowBlock,
  memory: Memory,
  table: string,
  remembered: string,
  columns: Map<string, string>,
): Node[] {
  const alias = identifier(block.alias);
  const same = memoryColumns(block)
    .map((column) => `kept.${column} = ${alias}.${column}`)
    .join(' and ');
  for (const [key, value] of memory.values)
    columns.set(
      key,
      value((part) => `coalesce(kept.${part}, computed.${part})`),
    );
  const kept = `select max(kept.${identifier(block.time)}) as known, ${memory.parts.map((part) => `(array_agg(kept.${part.name}))[1] as ${part.name}`).join(', ')} from ${remembered} as kept where ${same}`;
  const computed = partsQuery(block, memory, table, ' and kept.known is null');
  return [lateralItem(kept, 'kept'), lateralItem(computed, 'computed')];
}

function lateralItem(text: string, aliasname: string): Node {
  return {
    RangeSubselect: { lateral: true, subquery: { SelectStmt: parseSelect(text) }, alias: { aliasname } },
  };
}

function isLastKnown(call: FrameCall): boolean {
  return call.name === 'last_known' && call.near === 0 && !pick(call.node, 'FuncCall')?.agg_filter;
}

/** The newest value of the frame that is not null: found after a row or two, however long the frame is. */
function lastKnown(block: WindowBlock, call: FrameCall, table: string): string {
  const value = printExpression(pick(call.node, 'FuncCall')?.args?.[0] ?? parseExpression('null'));
  const rows = `select (${value}) as value from (${earlierRows(block, table, call.back)}) as ${identifier(block.alias)}`;
  return `(select known.value from (${rows}) as known where known.value is not null limit 1)`;
}

function crossJoin(left: Node, right: Node): Node {
  return { JoinExpr: { jointype: 'JOIN_INNER', larg: left, rarg: right } };
}

interface Band {
  readonly name: string;
  readonly calls: readonly FrameCall[];
}

function lateral(block: WindowBlock, band: Band, table: string, columns: Map<string, string>): Node {
  const weights = new Map<string, string>();
  const unique = new Map(band.calls.map((call) => [treeKey(call.node), call]));
  const list = [...unique].map(([key, call], index) => {
    columns.set(key, `${band.name}.value_${index + 1}`);
    return `${aggregate(call, weights)} as value_${index + 1}`;
  });
  const text = `select ${list.join(', ')} from (${lastRows(block, band, table, weights)}) as ${identifier(block.alias)}`;
  return lateralItem(text, band.name);
}

/** The last rows before and with the current one, oldest first, with their age and the weights that averages need. */
function lastRows(
  block: WindowBlock,
  band: Band,
  table: string,
  weights: ReadonlyMap<string, string>,
): string {
  const reach = Math.max(...band.calls.map((call) => call.back));
  const aged = earlierRows(block, table, reach, {
    columns: `, row_number() over (order by earlier.${identifier(block.time)} desc) - 1 as row_age`,
  });
  const weighted = [...weights].map(([factor, name]) => `exp(${factor} * recent.row_age) as ${name}`);
  return `select ${['recent.*', ...weighted].join(', ')} from (${aged}) as recent order by recent.row_age desc`;
}

function aggregate(call: FrameCall, weights: Map<string, string>): string {
  const invoked = pick(call.node, 'FuncCall');
  const inFrame =
    call.near === 0
      ? `row_age <= ${call.back}`
      : call.near === call.back
        ? `row_age = ${call.back}`
        : `row_age between ${call.near} and ${call.back}`;
  const own = invoked?.agg_filter ? ` and (${printExpression(invoked.agg_filter)})` : '';
  const filter = `filter (where ${inFrame}${own})`;
  const [value, parameter] = (invoked?.args ?? []).map((argument) => printExpression(argument));
  if (call.name === 'ema' && value && invoked?.args?.[1]) {
    const factor = alphaOf(invoked.args[1]);
    const weight = weights.get(factor) ?? `weight_${weights.size + 1}`;
    weights.set(factor, weight);
    return emaTerms(value, weight, `${inFrame}${own}`);
  }
  if (call.name === 'lag') return `(array_agg(${value ?? ''}) ${filter})[1]`;
  if (call.name === 'first_value') return `(array_agg(${value ?? ''}) ${filter})[1]`;
  if (call.name === 'last_value') return `(array_agg(${value ?? ''} order by row_age) ${filter})[1]`;
  const { over: _, agg_filter: __, ...plain } = invoked ?? {};
  const printed = printExpression({ FuncCall: plain });
  return parameter === undefined && invoked?.agg_star ? `count(*) ${filter}` : `${printed} ${filter}`;
}
