import type { Node, SelectStmt } from '@pgsql/types';
import { parseExpression, parseSelect, printExpression, printSelect } from '../../sql/parse.ts';
import { pick, rewriteSelect, treeKey } from '../../sql/tree.ts';
import { alphaOf, emaTerms } from './ema.ts';
import { identifier } from './restrict.ts';
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
 */
export function rowForm(block: WindowBlock, current: Node, table: string): SelectStmt {
  const columns = new Map<string, string>();
  for (const call of block.calls) if (isLastKnown(call)) columns.set(treeKey(call.node), lastKnown(block, call, table));
  const bands = BANDS.map((limit, index) => ({
    name: `frame_${index + 1}`,
    calls: block.calls.filter((call) => !isLastKnown(call) && call.back < limit && call.back >= (BANDS[index - 1] ?? 0)),
  })).filter((band) => band.calls.length > 0);
  const laterals = bands.map((band) => lateral(block, band, table, columns));
  const select = rewriteSelect(block.select, (node) => {
    const column = columns.get(treeKey(node));
    return column ? parseExpression(column) : null;
  });
  const { windowClause: _, ...rest } = select;
  return { ...rest, fromClause: [laterals.reduce(crossJoin, current)] };
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
  return { RangeSubselect: { lateral: true, subquery: { SelectStmt: parseSelect(text) }, alias: { aliasname: band.name } } };
}

/** The last rows before and with the current one, newest first. */
function earlierRows(block: WindowBlock, table: string, back: number, extra = ''): string {
  const outer = identifier(block.alias);
  const time = identifier(block.time);
  const conditions = [
    ...block.partition.map((column) => `earlier.${identifier(column)} = ${outer}.${identifier(column)}`),
    `earlier.${time} <= ${outer}.${time}`,
  ];
  const where = block.select.whereClause ? ` where ${printExpression(block.select.whereClause)}` : '';
  const source = where ? `(select * from ${table} as ${outer}${where})` : table;
  return `select earlier.*${extra} from ${source} as earlier where ${conditions.join(' and ')} order by earlier.${time} desc limit ${back + 1}`;
}

/** The same rows oldest first, with their age and the weights that averages need. */
function lastRows(block: WindowBlock, band: Band, table: string, weights: ReadonlyMap<string, string>): string {
  const reach = Math.max(...band.calls.map((call) => call.back));
  const aged = earlierRows(block, table, reach, `, row_number() over (order by earlier.${identifier(block.time)} desc) - 1 as row_age`);
  const weighted = [...weights].map(([factor, name]) => `exp(${factor} * recent.row_age) as ${name}`);
  return `select ${['recent.*', ...weighted].join(', ')} from (${aged}) as recent order by recent.row_age desc`;
}

function aggregate(call: FrameCall, weights: Map<string, string>): string {
  const invoked = pick(call.node, 'FuncCall');
  const inFrame = call.near === 0 ? `row_age <= ${call.back}` : call.near === call.back ? `row_age = ${call.back}` : `row_age between ${call.near} and ${call.back}`;
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

/** For tests and explain. */
export function printRowForm(select: SelectStmt): string {
  return printSelect(select);
}
