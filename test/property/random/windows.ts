import type { Chance } from './chance.ts';
import { bucketOf, condition, whereSometimes } from './expressions.ts';
import { columnsOfType, type Draft, keep, type RandomColumn, type Relation, unique } from './relation.ts';

/** Frames that count rows; they need an order without ties. */
function rowsFrame(chance: Chance): string {
  const n = chance.pick([0, 1, 2, 3, 5, 9, 40, 150]);
  return chance.pick([
    `rows between ${n} preceding and current row`,
    `rows between ${n} preceding and current row`,
    `rows ${n} preceding`,
    `rows between ${n + 2} preceding and ${chance.whole(0, Math.min(n, 2))} preceding`,
    `rows between ${n} preceding and ${chance.whole(1, 3)} following`,
    `rows between current row and ${chance.whole(1, 4)} following`,
    `rows between ${n} preceding and current row exclude current row`,
    `rows between 1 following and ${chance.whole(2, 4)} following`,
    'rows between unbounded preceding and current row',
    'rows between 2 preceding and unbounded following',
  ]);
}

function rangeFrame(chance: Chance): string {
  const [near, far] = [
    chance.pick(['30 seconds', '1 minute', '2 minutes']),
    chance.pick(['3 minutes', '10 minutes', '1 hour']),
  ];
  return chance.pick([
    `range between interval '${far}' preceding and current row`,
    `range between interval '${far}' preceding and interval '${near}' preceding`,
    `range between interval '${near}' preceding and interval '${far}' following`,
    `range between current row and interval '${near}' following`,
    `range between interval '${near}' following and interval '${far}' following`,
    'range between unbounded preceding and current row',
  ]);
}

/** PARTITION BY and ORDER BY of a window over a relation. */
interface Frame {
  readonly partition: readonly string[];
  readonly time: string;
  /** Columns that break ties of time. */
  readonly ties: readonly string[];
}

function frameOf(chance: Chance, relation: Relation, time: string): Frame {
  const texts = relation.key.filter((name) => name !== time);
  const partition = chance.likely(0.6) ? texts.filter((name) => name !== 'id') : chance.some(texts, 0);
  const day = chance.likely(0.15) ? [`date_trunc('${chance.pick(['day', 'hour'])}', ${time})`] : [];
  return {
    partition: [...partition, ...day],
    time,
    ties: relation.key.filter((name) => name !== time && !partition.includes(name)),
  };
}

function over(chance: Chance, frame: Frame, shape: 'rows' | 'range' | 'none'): string {
  const by = frame.partition.length > 0 ? `partition by ${frame.partition.join(', ')} ` : '';
  const direction = chance.likely(0.07) ? ' desc' : '';
  if (shape === 'range') return `over (${by}order by ${frame.time}${direction} ${rangeFrame(chance)})`;
  const order = [`${frame.time}${direction}`, ...frame.ties].join(', ');
  return `over (${by}order by ${order}${shape === 'rows' ? ` ${rowsFrame(chance)}` : ''})`;
}

function windowCall(
  chance: Chance,
  relation: Relation,
  frame: Frame,
): { readonly sql: string; readonly type: RandomColumn['type'] } {
  const numbers = columnsOfType(relation, 'numeric', 'double precision', 'bigint');
  const any = chance.pick(relation.columns);
  const number = numbers.length > 0 ? `${chance.pick(numbers)}::double precision` : '1.5::double precision';
  const filter = chance.likely(0.15) ? ` filter (where ${condition(chance, relation)})` : '';
  const kind = chance.fraction();
  if (kind < 0.3)
    return {
      sql: `${chance.pick(['sum', 'avg', 'min', 'max'])}(${number})${filter} ${over(chance, frame, 'rows')}`,
      type: 'double precision',
    };
  if (kind < 0.4) return { sql: `count(*)${filter} ${over(chance, frame, 'rows')}`, type: 'bigint' };
  if (kind < 0.55)
    return {
      sql: `${chance.pick(['sum', 'max', 'avg'])}(${number})${filter} ${over(chance, frame, 'range')}`,
      type: 'double precision',
    };
  if (kind < 0.6) return { sql: `count(${any.name}) ${over(chance, frame, 'range')}`, type: 'bigint' };
  if (kind < 0.75)
    return {
      sql: `${chance.pick(['lag', 'lead'])}(${any.name}${chance.pick(['', ', 1', ', 3'])}) ${over(chance, frame, 'none')}`,
      type: any.type,
    };
  if (kind < 0.8)
    return { sql: `${chance.pick(['row_number', 'rank'])}() ${over(chance, frame, 'none')}`, type: 'bigint' };
  if (kind < 0.88)
    return {
      sql: `${chance.pick(['first_value', 'last_value'])}(${any.name}) ${over(chance, frame, 'rows')}`,
      type: any.type,
    };
  if (kind < 0.95)
    return {
      sql: `ema(${number}, ${chance.pick(['0.5', '2.0 / 5', '1.0 / 14'])}) ${over(chance, frame, 'rows')}`,
      type: 'double precision',
    };
  return { sql: `last_known(${number}) ${over(chance, frame, 'rows')}`, type: 'double precision' };
}

/** Windows over a relation, sometimes windows over those, sometimes filtered before or after; null without a time. */
export function windowView(chance: Chance, relation: Relation): Draft | null {
  if (relation.time === null) return null;
  const frame = frameOf(chance, relation, relation.time);
  const carried = keep(
    relation,
    unique(
      relation.key,
      [relation.time],
      chance.some(
        relation.columns.map((column) => column.name),
        0,
        3,
      ),
    ),
  );
  const calls = Array.from({ length: chance.whole(1, 4) }, () => {
    const own = chance.likely(0.8) ? frame : frameOf(chance, relation, relation.time ?? '');
    return { name: chance.name('w'), ...windowCall(chance, relation, own) };
  });
  const first = `select ${[...carried.map((column) => column.name), ...calls.map((call) => `${call.sql} as ${call.name}`)].join(', ')}\n  from ${relation.name}${whereSometimes(chance, relation, 0.35)}`;
  const columns = [...carried, ...calls.map(({ name, type }) => ({ name, type }))];
  const inner: Draft = { sql: first, columns, key: relation.key, time: relation.time };
  if (chance.likely(0.45)) return inner;
  return chance.likely(0.5) ? windowsOverWindows(chance, inner) : filteredAfter(chance, inner);
}

function asRelation(draft: Draft, name: string): Relation {
  return { ...draft, name, kind: 'view', text: '' };
}

function windowsOverWindows(chance: Chance, inner: Draft): Draft {
  const relation = asRelation(inner, 'inner_windows');
  const frame = frameOf(chance, relation, inner.time ?? '');
  const call = windowCall(chance, relation, frame);
  const name = chance.name('v');
  const carried = keep(
    relation,
    unique(relation.key, [inner.time ?? ''], [inner.columns.at(-1)?.name ?? '']),
  );
  const sql = `with inner_windows as (\n  ${inner.sql}\n)\nselect ${[...carried.map((column) => column.name), `${call.sql} as ${name}`].join(', ')}\nfrom inner_windows${whereSometimes(chance, relation, 0.3)}`;
  return { sql, columns: [...carried, { name, type: call.type }], key: inner.key, time: inner.time };
}

function filteredAfter(chance: Chance, inner: Draft): Draft {
  const relation = asRelation(inner, 'frames');
  const names = inner.columns.map((column) => column.name);
  return {
    ...inner,
    sql: `with frames as (\n  ${inner.sql}\n)\nselect ${names.join(', ')}\nfrom frames${whereSometimes(chance, relation, 0.9)}`,
  };
}

/** Windows over groups, in one block or above it. */
export function groupedWindows(chance: Chance, relation: Relation): Draft | null {
  if (relation.time === null) return null;
  const places = relation.key.filter((name) => name !== relation.time && name !== 'id').slice(0, 1);
  const keys = keep(relation, places);
  const bucket = bucketOf(chance, relation.time);
  const by = places.length > 0 ? `partition by ${places.join(', ')} ` : '';
  const columns: RandomColumn[] = [
    ...keys,
    { name: 'bucket', type: 'timestamptz' },
    { name: 'n', type: 'numeric' },
  ];
  const list = [...places, `${bucket} as bucket`].join(', ');
  const frame = chance.pick([
    'rows between 3 preceding and current row',
    'rows between 1 preceding and 1 following',
  ]);
  const where = whereSometimes(chance, relation, 0.3);
  const group = `group by ${[...places, bucket].join(', ')}`;
  const sql = chance.likely(0.5)
    ? `select ${list}, sum(count(*)) over (${by}order by ${bucket} ${frame}) as n\nfrom ${relation.name}${where}\n${group}`
    : `with counted as (\n  select ${list}, count(*) as n from ${relation.name}${where}\n  ${group}\n)\nselect ${[...places, 'bucket'].join(', ')}, sum(n) over (${by}order by bucket ${frame}) as n\nfrom counted`;
  return { sql, columns, key: [...places, 'bucket'], time: 'bucket' };
}
