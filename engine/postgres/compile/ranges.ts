import type { Node, SelectStmt } from '@pgsql/types';
import type { Step } from '../../slices/trace.ts';
import { parseExpression, printExpression } from '../../sql/parse.ts';

/** A range of time as two SQL expressions, both ends included; microseconds are PostgreSQL's finest. */
export interface Range {
  readonly lo: string;
  readonly hi: string;
}

/** Renders a window's stage restricted to the partition of the row named `touched`: as branches whose rows together are its rows. */
export type StageSql = (stage: SelectStmt) => readonly string[];

const INSTANT = "interval '1 microsecond'";

function call(of: (time: Node) => Node, argument: string): string {
  return printExpression(of(parseExpression(argument)));
}

function text(node: Node): string {
  return printExpression(node);
}

/**
 * Where the output's times lie for inputs in `range`, along `steps`; a query giving partition columns with `lo` and `hi`.
 * Window steps look rows up, so each one gets a query level of its own and its bounds are computed once a row.
 */
export function forward(
  inner: string,
  keys: readonly string[],
  steps: readonly Step[],
  stageSql: StageSql,
): string {
  return steps.reduce((query, step) => level(query, keys, forwardStep(step, stageSql)), inner);
}

/** Where the inputs lie that outputs in `range` read: the same way back. */
export function backward(
  inner: string,
  keys: readonly string[],
  steps: readonly Step[],
  stageSql: StageSql,
): string {
  return steps.toReversed().reduce((query, step) => level(query, keys, backwardStep(step, stageSql)), inner);
}

/** As `backward`, in one expression: for steps among which no window looks rows up. */
export function inline(steps: readonly Step[], range: Range): Range {
  const none: StageSql = () => [];
  const place = (expression: string, at: Range): string =>
    expression.replaceAll('touched.lo', at.lo).replaceAll('touched.hi', at.hi);
  return steps.toReversed().reduce((at, step) => {
    const next = backwardStep(step, none);
    return { lo: place(next.lo, at), hi: place(next.hi, at) };
  }, range);
}

function level(query: string, keys: readonly string[], range: Range): string {
  const columns = [...keys.map((key) => `touched.${key}`), `${range.lo} as lo`, `${range.hi} as hi`];
  return `select ${columns.join(', ')} from (${query}) as touched`;
}

function forwardStep(step: Step, stageSql: StageSql): Range {
  if (step.kind === 'shift') return shifted(step.by, step.negative);
  if (step.kind === 'floor')
    return { lo: call(step.floor.of, 'touched.lo'), hi: call(step.floor.of, 'touched.hi') };
  if (step.kind === 'unfloor')
    return { lo: 'touched.lo', hi: `touched.hi + ${text(step.floor.width)} - ${INSTANT}` };
  const { reach } = step;
  const lo = earlier('touched.lo', reach.rangeAhead, reach.rowsAhead, stageSql(reach.stage));
  const hi = later('touched.hi', reach.rangeBack, reach.rowsBack, stageSql(reach.stage));
  return inBucket({ lo, hi }, step);
}

function backwardStep(step: Step, stageSql: StageSql): Range {
  if (step.kind === 'shift') return shifted(step.by, !step.negative);
  if (step.kind === 'floor')
    return { lo: 'touched.lo', hi: `touched.hi + ${text(step.floor.width)} - ${INSTANT}` };
  if (step.kind === 'unfloor')
    return { lo: call(step.floor.of, 'touched.lo'), hi: call(step.floor.of, 'touched.hi') };
  const { reach } = step;
  const lo = earlier('touched.lo', reach.rangeBack, reach.rowsBack, stageSql(reach.stage));
  const hi = later('touched.hi', reach.rangeAhead, reach.rowsAhead, stageSql(reach.stage));
  return inBucket({ lo, hi }, step);
}

function shifted(by: Node, negative: boolean): Range {
  const sign = negative ? '-' : '+';
  return { lo: `touched.lo ${sign} ${text(by)}`, hi: `touched.hi ${sign} ${text(by)}` };
}

/** No window reaches out of the time bucket it is partitioned by. */
function inBucket(range: Range, step: Extract<Step, { kind: 'window' }>): Range {
  const { bucket } = step.reach;
  if (!bucket) return range;
  return {
    lo: `greatest(${range.lo}, ${call(bucket.of, 'touched.lo')})`,
    hi: `least(${range.hi}, ${call(bucket.of, 'touched.hi')} + ${text(bucket.width)} - ${INSTANT})`,
  };
}

function earlier(
  from: string,
  range: readonly Node[] | 'unbounded',
  rows: number,
  stage: readonly string[],
): string {
  if (range === 'unbounded' || rows === Number.POSITIVE_INFINITY) return "'-infinity'::timestamptz";
  const bounds = range.map((interval) => `${from} - ${text(interval)}`);
  if (rows > 0) bounds.push(nth(stage, `< ${from}`, 'desc', rows, '-infinity'));
  return bounds.length > 0 ? `least(${[from, ...bounds].join(', ')})` : from;
}

function later(
  from: string,
  range: readonly Node[] | 'unbounded',
  rows: number,
  stage: readonly string[],
): string {
  if (range === 'unbounded' || rows === Number.POSITIVE_INFINITY) return "'infinity'::timestamptz";
  const bounds = range.map((interval) => `${from} + ${text(interval)}`);
  if (rows > 0) bounds.push(nth(stage, `> ${from}`, 'asc', rows, 'infinity'));
  return bounds.length > 0 ? `greatest(${[from, ...bounds].join(', ')})` : from;
}

/** Time of the n-th row of the window's input beyond a bound; beyond the last row there is no limit. */
function nth(
  stage: readonly string[],
  bound: string,
  order: 'asc' | 'desc',
  rows: number,
  none: string,
): string {
  const parts = stage.map(
    (branch) => `select c.counted from (${branch}) as c where c.counted ${bound} order by c.counted ${order}`,
  );
  const [only, ...more] = parts;
  const ordered =
    more.length === 0
      ? only
      : `select c.counted from (${parts.map((part) => `(${part} limit ${rows})`).join(' union all ')}) as c order by c.counted ${order}`;
  return `coalesce((${ordered} offset ${rows - 1} limit 1), '${none}'::timestamptz)`;
}

/**
 * Merges ranges of one partition that overlap or lie within `tolerance` of each other.
 * `inner` gives keys, lo and hi; so does the result.
 */
export function islands(inner: string, keys: readonly string[], tolerance: string): string {
  const list = keys.join(', ');
  const by = keys.length > 0 ? `partition by ${list} ` : '';
  const select = keys.length > 0 ? `${list}, ` : '';
  return (
    `select ${select}min(lo) as lo, max(hi) as hi from (` +
    `select ${select}lo, hi, count(*) filter (where fresh) over (${by}order by lo, hi rows unbounded preceding) as island from (` +
    `select ${select}lo, hi, lo > max(hi) over (${by}order by lo, hi rows between unbounded preceding and 1 preceding) + ${tolerance} as fresh ` +
    `from (${inner}) as r) as marked) as numbered group by ${[...keys, 'island'].join(', ')}`
  );
}
