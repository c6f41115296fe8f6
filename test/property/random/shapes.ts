import type { Chance } from './chance.ts';
import { aggregate, bucketOf, condition, whereSometimes } from './expressions.ts';
import {
  columnsOfType,
  type Draft,
  keep,
  type RandomColumn,
  type Relation,
  typeOf,
  unique,
} from './relation.ts';
import { groupedWindows, windowView } from './windows.ts';

/** Makes a select over some of the relations there are; null when they do not suit it. */
type Shape = (chance: Chance, relations: readonly Relation[]) => Draft | null;

const grouped: Shape = (chance, relations) => {
  const from = chance.pick(relations);
  const keys = chance.some(columnsOfType(from, 'text', 'boolean', 'bigint', 'numeric'), 0, 2);
  const time = from.time !== null && chance.likely(0.65) ? bucketOf(chance, from.time) : null;
  if (keys.length === 0 && time === null) return null;
  const values = Array.from({ length: chance.whole(1, 4) }, () => ({
    name: chance.name('v'),
    ...aggregate(chance, from),
  }));
  const list = [
    ...keys,
    ...(time ? [`${time} as bucket`] : []),
    ...values.map((value) => `${value.sql} as ${value.name}`),
  ];
  const having = chance.likely(0.15) ? '\nhaving count(*) > 1' : '';
  const by = chance.likely(0.2)
    ? [...keys, ...(time ? [time] : [])].map((_, index) => index + 1)
    : [...keys, ...(time ? [time] : [])];
  return {
    sql: `select ${list.join(', ')}\nfrom ${from.name}${whereSometimes(chance, from, 0.4)}\ngroup by ${by.join(', ')}${having}`,
    columns: [
      ...keep(from, keys),
      ...(time ? [{ name: 'bucket', type: 'timestamptz' as const }] : []),
      ...values.map(({ name, type }) => ({ name, type })),
    ],
    key: [...keys, ...(time ? ['bucket'] : [])],
    time: time ? 'bucket' : null,
  };
};

const oneRow: Shape = (chance, relations) => {
  const from = chance.pick(relations);
  const value = aggregate(chance, from);
  const name = chance.name('v');
  const sql = `select 'all' as whole, ${value.sql} as ${name}\nfrom ${from.name}${whereSometimes(chance, from, 0.5)}`;
  return {
    sql,
    columns: [
      { name: 'whole', type: 'text' },
      { name, type: value.type },
    ],
    key: ['whole'],
    time: null,
  };
};

const distinct: Shape = (chance, relations) => {
  const from = chance.pick(relations);
  const names = chance.some(columnsOfType(from, 'text', 'boolean', 'timestamptz', 'bigint'), 1, 2);
  if (names.length === 0) return null;
  const time = from.time !== null && names.includes(from.time) ? from.time : null;
  return {
    sql: `select distinct ${names.join(', ')}\nfrom ${from.name}${whereSometimes(chance, from, 0.4)}`,
    columns: keep(from, names),
    key: names,
    time,
  };
};

const latest: Shape = (chance, relations) => {
  const from = chance.pick(relations);
  const by = chance.some(columnsOfType(from, 'text', 'bigint'), 1, 1);
  if (by.length === 0 || from.time === null) return null;
  const names = unique(
    by,
    [from.time],
    from.columns.map((column) => column.name),
  );
  const order = [...by, `${from.time} desc`, ...from.key].join(', ');
  const sql = chance.likely(0.5)
    ? `select distinct on (${by.join(', ')}) ${names.join(', ')}\nfrom ${from.name}${whereSometimes(chance, from, 0.3)}\norder by ${order}`
    : `select ${names.join(', ')}\nfrom (select ${names.join(', ')}, row_number() over (partition by ${by.join(', ')} order by ${from.time} desc, ${from.key.join(', ')}) as place_of_row from ${from.name}) as ranked\nwhere place_of_row <= 1`;
  return { sql, columns: keep(from, names), key: by, time: chance.likely(0.5) ? from.time : null };
};

/** Output columns of a join of `a` and `b`: a's as they are, b's with a prefix. */
function joined(
  a: Relation,
  b: Relation,
  equated: readonly string[],
): { list: string[]; columns: RandomColumn[]; key: string[] } {
  const others = b.columns.filter((column) => !a.columns.some((own) => own.name === `b_${column.name}`));
  return {
    list: [
      ...a.columns.map((column) => `a.${column.name}`),
      ...others.map((column) => `b.${column.name} as b_${column.name}`),
    ],
    columns: [...a.columns, ...others.map((column) => ({ name: `b_${column.name}`, type: column.type }))],
    key: [...a.key, ...b.key.filter((name) => !equated.includes(name)).map((name) => `b_${name}`)],
  };
}

const join: Shape = (chance, relations) => {
  const [a, b] = [chance.pick(relations), chance.pick(relations)];
  const shared = columnsOfType(b, 'text').filter((name) => columnsOfType(a, 'text').includes(name));
  if (
    shared.length === 0 ||
    a.columns.some((column) => column.name.startsWith('b_')) ||
    b.columns.some((column) => column.name.startsWith('b_b_'))
  )
    return null;
  const on = chance.some(shared, 1, 2);
  const conditions = on.map((name) => `b.${name} = a.${name}`);
  const equated = [...on];
  if (a.time !== null && b.time !== null && chance.likely(0.7)) {
    equated.push(b.time);
    conditions.push(
      chance.pick([
        `b.${b.time} = a.${a.time}`,
        `b.${b.time} = a.${a.time} - interval '1 minute'`,
        `b.${b.time} = date_trunc('minute', a.${a.time})`,
        `a.${a.time} = b.${b.time} + interval '2 minutes'`,
        `b.${b.time} = date_trunc('hour', a.${a.time}) - interval '5 minutes'`,
      ]),
    );
  }
  const type = chance.pick(['join', 'join', 'left join', 'left join', 'right join']);
  if (type !== 'right join' && chance.likely(0.2)) conditions.push(condition(chance, b, 'b.'));
  const { list, columns, key } = joined(a, b, equated);
  const where = whereSometimes(chance, a, 0.3, 'a.');
  const isInner = type === 'join' && chance.likely(0.3);
  const from = isInner
    ? `${a.name} as a, ${b.name} as b\nwhere ${[...conditions, ...(where ? [where.slice(7)] : [])].join(' and ')}`
    : `${a.name} as a\n${type} ${b.name} as b on ${conditions.join(' and ')}${where}`;
  const grain =
    type === 'right join'
      ? unique(
          key,
          b.key.map((name) => `b_${name}`),
        )
      : key;
  return { sql: `select ${list.join(', ')}\nfrom ${from}`, columns, key: grain, time: a.time };
};

/** Both sides kept, keys and times from whichever is there. */
const fullJoin: Shape = (chance, relations) => {
  const timed = relations.filter(
    (relation) =>
      relation.time !== null &&
      relation.key.includes(relation.time) &&
      relation.key.length === 2 &&
      relation.key.some((name) => typeOf(relation, name) === 'text'),
  );
  if (timed.length === 0) return null;
  const [a, b] = [chance.pick(timed), chance.pick(timed)];
  const [placeA, placeB] = [a, b].map(
    (relation) => relation.key.find((name) => name !== relation.time) ?? '',
  );
  if (typeOf(a, placeA ?? '') !== 'text' || typeOf(b, placeB ?? '') !== 'text') return null;
  const value = (relation: Relation): string => chance.pick(relation.columns).name;
  const [va, vb] = [value(a), value(b)];
  return {
    sql: `select coalesce(a.${placeA}, b.${placeB}) as place, coalesce(a.${a.time}, b.${b.time}) as at, a.${va} as va, b.${vb} as vb\nfrom ${a.name} as a\nfull join ${b.name} as b on a.${placeA} = b.${placeB} and a.${a.time} = b.${b.time}\nwhere coalesce(a.${placeA}, b.${placeB}) is not null and coalesce(a.${a.time}, b.${b.time}) is not null`,
    columns: [
      { name: 'place', type: 'text' },
      { name: 'at', type: 'timestamptz' },
      { name: 'va', type: typeOf(a, va) },
      { name: 'vb', type: typeOf(b, vb) },
    ],
    key: ['place', 'at'],
    time: 'at',
  };
};

const union: Shape = (chance, relations) => {
  const suited = relations.filter(
    (relation) => relation.time !== null && columnsOfType(relation, 'text').length > 0,
  );
  if (suited.length === 0) return null;
  const branch = (index: number): string => {
    const from = chance.pick(suited);
    const place = chance.pick(columnsOfType(from, 'text'));
    const rest = from.key.map((name) => `coalesce(${name}::text, '-')`).join(` || '/' || `);
    const numbers = columnsOfType(from, 'numeric', 'double precision', 'bigint');
    const value =
      numbers.length > 0 && chance.likely(0.8)
        ? `${chance.pick(numbers)}::double precision`
        : 'null::double precision';
    const shift = chance.likely(0.2) ? " + interval '3 minutes'" : '';
    return `select 'kind${index}' as kind, ${place} as place, ${rest} as which, ${from.time}${shift} as at, ${value} as value\n  from ${from.name}${whereSometimes(chance, from, 0.4)}`;
  };
  const all = Array.from({ length: chance.whole(2, 3) }, (_, index) => branch(index)).join(
    '\n  union all\n  ',
  );
  const columns: RandomColumn[] = [
    { name: 'kind', type: 'text' },
    { name: 'place', type: 'text' },
    { name: 'which', type: 'text' },
    { name: 'at', type: 'timestamptz' },
    { name: 'value', type: 'double precision' },
  ];
  const list = 'kind, place, which, at, value';
  if (chance.likely(0.5)) return { sql: all, columns, key: ['kind', 'place', 'which'], time: 'at' };
  // The as-of join: the other side's last value, carried on to this side's rows.
  const frame = chance.pick([
    'rows between 20 preceding and current row',
    'rows between unbounded preceding and current row',
  ]);
  return {
    sql: `with both_kinds as (\n  ${all}\n), carried as (\n  select ${list}, last_known(value) over (partition by place order by at, kind, which ${frame}) as last_value_known from both_kinds\n)\nselect ${list}, last_value_known\nfrom carried where kind = 'kind0'`,
    columns: [...columns, { name: 'last_value_known', type: 'double precision' }],
    key: ['kind', 'place', 'which'],
    time: 'at',
  };
};

/** A CTE that is read twice, beside itself at another time. */
const selfJoin: Shape = (chance, relations) => {
  const timed = relations.filter(
    (relation) => relation.time !== null && columnsOfType(relation, 'text').length > 0,
  );
  if (timed.length === 0) return null;
  const from = chance.pick(timed);
  const place = columnsOfType(from, 'text')[0] ?? '';
  const bucket = bucketOf(chance, from.time ?? '');
  const step = chance.pick(['1 minute', '5 minutes', '1 hour']);
  const value = aggregate(chance, from);
  return {
    sql: `with steps as (\n  select ${place} as place, ${bucket} as bucket, ${value.sql} as value from ${from.name} group by ${place}, ${bucket}\n)\nselect now_there.place, now_there.bucket, now_there.value, before.value as value_before\nfrom steps as now_there\n${chance.pick(['join', 'left join'])} steps as before on before.place = now_there.place and before.bucket = now_there.bucket - interval '${step}'`,
    columns: [
      { name: 'place', type: 'text' },
      { name: 'bucket', type: 'timestamptz' },
      { name: 'value', type: value.type },
      { name: 'value_before', type: value.type },
    ],
    key: ['place', 'bucket'],
    time: 'bucket',
  };
};

const subquery: Shape = (chance, relations) => {
  const [a, b] = [chance.pick(relations), chance.pick(relations)];
  const shared = columnsOfType(b, 'text').filter((name) => columnsOfType(a, 'text').includes(name));
  const name = shared[0];
  if (name === undefined) return null;
  const list = a.columns.map((column) => `a.${column.name}`).join(', ');
  const where = whereSometimes(chance, b, 0.6, 'b.');
  const inner = `from ${b.name} as b${where}`;
  const more = where ? 'and' : 'where';
  const sql = chance.pick([
    `select ${list}\nfrom ${a.name} as a where a.${name} in (select b.${name} ${inner})`,
    `select ${list}\nfrom ${a.name} as a where exists (select 1 ${inner} ${more} b.${name} = a.${name})`,
    `select ${list}\nfrom ${a.name} as a where not exists (select 1 ${inner} ${more} b.${name} = a.${name})`,
    `select ${list}\nfrom ${a.name} as a where (select count(*) ${inner}) > 3`,
  ]);
  return { sql, columns: a.columns, key: a.key, time: a.time };
};

const lateral: Shape = (chance, relations) => {
  const [a, b] = [chance.pick(relations), chance.pick(relations)];
  const name = columnsOfType(b, 'text').find((candidate) => columnsOfType(a, 'text').includes(candidate));
  if (name === undefined || a.columns.some((column) => column.name === 'found')) return null;
  const value = chance.pick(b.columns);
  const order = [
    ...(b.time === null ? [] : [`b.${b.time} desc nulls last`]),
    ...b.key.map((column) => `b.${column}`),
  ].join(', ');
  const before = a.time !== null && b.time !== null ? ` and b.${b.time} <= a.${a.time}` : '';
  return {
    sql: `select ${a.columns.map((column) => `a.${column.name}`).join(', ')}, l.found\nfrom ${a.name} as a\nleft join lateral (select b.${value.name} as found from ${b.name} as b where b.${name} = a.${name}${before} order by ${order} limit 1) as l on true`,
    columns: [...a.columns, { name: 'found', type: value.type }],
    key: a.key,
    time: a.time,
  };
};

const windows: Shape = (chance, relations) => windowView(chance, chance.pick(relations));
const windowsOverGroups: Shape = (chance, relations) => groupedWindows(chance, chance.pick(relations));

const projection: Shape = (chance, relations) => {
  const from = chance.pick(relations);
  const names = unique(
    from.key,
    from.time === null ? [] : [from.time],
    chance.some(from.columns.map((column) => column.name)),
  );
  return {
    sql: `select ${names.join(', ')}\nfrom ${from.name}${whereSometimes(chance, from, 0.6)}`,
    columns: keep(from, names),
    key: from.key,
    time: from.time,
  };
};

/** Shapes with their weights. */
const SHAPES: readonly (readonly [number, Shape])[] = [
  [22, grouped],
  [22, windows],
  [6, windowsOverGroups],
  [16, join],
  [5, fullJoin],
  [8, union],
  [5, selfJoin],
  [4, distinct],
  [5, latest],
  [4, subquery],
  [3, lateral],
  [2, oneRow],
  [6, projection],
];

/** A select of a random shape. */
export function randomDraft(chance: Chance, relations: readonly Relation[]): Draft {
  const lots = SHAPES.flatMap(([weight, shape]) => Array.from({ length: weight }, () => shape));
  for (;;) {
    const draft = chance.pick(lots)(chance, relations);
    if (draft) return draft;
  }
}
