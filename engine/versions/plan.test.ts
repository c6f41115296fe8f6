import { expect, test } from '@jest/globals';
import { buildCatalog, type Catalog } from '../catalog/catalog.ts';
import { diffLines, printDiff } from './lineDiff.ts';
import { type Consumer, type Plan, planChanges } from './plan.ts';

const FILES: Readonly<Record<string, string>> = {
  ticks: `-- Ticks: one row per place and id.
create table ticks (
  place varchar,
  id bigint,
  at timestamptz,
  price numeric,
  primary key (place, id)
);`,
  minutes: `-- Minutes: one row per place and minute.
-- grain: place, minute
-- time: minute
create materialized view minutes as
with counted as (
  select place, date_trunc('minute', at) as minute, sum(price) as total
  from ticks
  where price > 0
  group by place, date_trunc('minute', at)
)
select place, minute, total from counted;`,
  changes: `-- Changes: one row per place and minute.
-- grain: place, minute
-- time: minute
create materialized view changes as
select place, minute, total - lag(total) over (partition by place order by minute) as change from minutes;`,
  latest: `-- The latest: one row per place and minute.
create view latest as
select place, minute, change from changes;`,
};

function catalog(changed: Readonly<Record<string, string | null>> = {}): Catalog {
  const files = Object.entries({ ...FILES, ...changed });
  return buildCatalog(
    new Map(files.flatMap(([name, text]) => (text === null ? [] : [[`layer/${name}.sql`, text] as const]))),
  );
}

function plan(changed: Readonly<Record<string, string | null>>, consumers: readonly Consumer[] = []): Plan {
  return planChanges({ before: catalog(), after: catalog(changed), consumers });
}

function edited(name: string, from: string, to: string): Record<string, string> {
  const text = FILES[name] ?? '';
  if (!text.includes(from)) throw new Error(`${name} has no '${from}'`);
  return { [name]: text.replace(from, to) };
}

function seen({ changes }: Plan): string[] {
  return changes.map(({ name, what, class: of, built }) => `${name} ${what} ${of}${built ? ' built' : ''}`);
}

test('the same text is no change', () => {
  expect(plan({})).toEqual({ changes: [], class: null, cost: { rows: 0, seconds: 0 }, refusals: [] });
});

test('comments and layout are cosmetic and build nothing', () => {
  const found = plan(
    edited('minutes', 'select place, date_trunc', 'select\n    place, -- where\n    date_trunc'),
  );
  expect(seen(found)).toEqual(['minutes changed cosmetic']);
});

test('another constant is another view, though the parser gives it the same fingerprint', () => {
  const found = plan(edited('minutes', 'price > 0', 'price > 1'));
  expect(seen(found)).toEqual([
    'minutes changed breaking built',
    'changes affected breaking built',
    'latest affected breaking',
  ]);
});

test('a column at the end that leaves all else alone is additive, through a CTE too', () => {
  const more = (FILES.minutes ?? '')
    .replace('sum(price) as total', 'sum(price) as total, count(*) as ticks')
    .replace('select place, minute, total from', 'select place, minute, total, ticks from');
  const found = plan({ minutes: more });
  expect(seen(found)).toEqual([
    'minutes changed additive built',
    'changes affected additive built',
    'latest affected additive',
  ]);
  expect(found.changes[0]?.columns).toEqual({ added: ['ticks'], removed: [], moved: false });
});

test('a new column is breaking when something else changes with it, or it comes first', () => {
  const filtered = (FILES.minutes ?? '')
    .replace('sum(price) as total', 'sum(price) as total, count(*) as ticks')
    .replace('select place, minute, total from', 'select place, minute, total, ticks from')
    .replace('price > 0', 'price > 1');
  expect(plan({ minutes: filtered }).class).toBe('breaking');
  expect(plan(edited('latest', 'select place', "select 'x' as sign, place")).class).toBe('breaking');
});

test('distinct over one more column is another set of rows', () => {
  const distinct = `-- Places: one row per place.
-- grain: place
create materialized view places as
select place from (select distinct place from ticks) as found;`;
  const more = distinct
    .replace('distinct place from', 'distinct place, price from')
    .replace('select place from (', 'select place, price from (');
  const before = catalog({ places: distinct });
  expect(planChanges({ before, after: catalog({ places: more }) }).class).toBe('breaking');
});

test('a column that goes, another key and another kind are breaking, and say so', () => {
  const lost = plan(edited('latest', 'place, minute, change', 'place, minute'));
  expect(lost.changes[0]).toMatchObject({ class: 'breaking', why: 'loses change' });
  const coarse = plan(edited('minutes', '-- grain: place, minute', '-- grain: minute, place'));
  expect(coarse.changes[0]?.why).toBe('the key was place, minute, becomes minute, place');
  const plain = plan(edited('changes', 'materialized view', 'view'));
  expect(plain.changes[0]?.why).toBe('was a materialized view, becomes a view');
});

test('another order, a column before others and another time are breaking, and say so', () => {
  const why = (name: string, from: string, to: string): string | undefined =>
    plan(edited(name, from, to)).changes[0]?.why;
  expect(why('latest', 'place, minute, change', 'minute, place, change')).toBe(
    'its columns stand in another order',
  );
  expect(why('latest', 'select place', "select 'x' as sign, place")).toBe(
    'a new column stands before old ones',
  );
  expect(why('minutes', '-- time: minute\n', '')).toBe('time was minute, becomes none');
});

test('added and removed objects', () => {
  const places = `-- Places: one row per place.
-- grain: place
create materialized view places as
select place, count(*) as ticks from ticks group by place;`;
  expect(seen(plan({ places, latest: null }))).toEqual([
    'places added additive built',
    'latest removed breaking',
  ]);
});

test('names who reads what breaks, those who lose a column first', () => {
  const consumers: Consumer[] = [
    { kind: 'dbt', name: 'api', reads: 'latest', columns: null },
    { kind: 'model', name: 'champion', reads: 'latest', columns: ['change'] },
    { kind: 'dbt', name: 'other', reads: 'ticks', columns: null },
  ];
  const lost = plan(edited('latest', 'place, minute, change', 'place, minute'), consumers);
  expect(lost.changes[0]?.consumers.map(({ name }) => name)).toEqual(['champion', 'api']);
  // A model that only needs columns that mean what they did before does not have to look.
  const filtered = plan(edited('minutes', 'sum(price)', 'max(price)'), [
    ...consumers,
    { kind: 'model', name: 'by place', reads: 'latest', columns: ['place', 'minute'] },
  ]);
  const read = filtered.changes.find(({ name }) => name === 'latest');
  expect(read?.consumers.map(({ name }) => name)).toEqual(['api', 'champion']);
  const more = plan(edited('latest', 'change from', 'change, 1 as one from'), consumers);
  expect(more.changes[0]).toMatchObject({ class: 'additive', consumers: [] });
});

test('says which columns mean something else, and that a reader of others keeps every value', () => {
  const counted = (FILES.minutes ?? '')
    .replace('sum(price) as total', 'sum(price) as total, count(*) as ticks')
    .replace('place, minute, total from', 'place, minute, total, ticks from');
  const busy = `-- Busy: one row per place and minute.
-- grain: place, minute
create materialized view busy as
select place, minute, ticks from minutes;`;
  const before = catalog({ minutes: counted, busy });
  const doubled = counted.replace('sum(price) as total', '2 * sum(price) as total');
  const { changes } = planChanges({ before, after: catalog({ minutes: doubled, busy }) });
  expect(changes.map(({ name, class: of, differing, built }) => [name, of, differing, built])).toEqual([
    ['minutes', 'breaking', ['total'], true],
    ['changes', 'breaking', ['change'], true],
    ['latest', 'breaking', ['change'], false],
    ['busy', 'additive', [], true],
  ]);
  expect(changes.at(-1)?.why).toBe('reads minutes; every value stays');
});

test('nothing is affected by a column that a landing table gains, nor by a comment', () => {
  expect(seen(plan(edited('ticks', 'price numeric,', 'price numeric,\n  size numeric,')))).toEqual([
    'ticks changed additive',
  ]);
});

test('a landing table gains columns; it does not lose one, nor change its type or key', () => {
  const wide = plan(edited('ticks', 'price numeric,', 'price numeric,\n  size numeric,'));
  expect(seen(wide)[0]).toBe('ticks changed additive');
  expect(wide.refusals).toEqual([]);
  expect(plan(edited('ticks', 'price numeric', 'price double precision')).refusals[0]).toContain(
    "'price' was numeric",
  );
  expect(plan(edited('ticks', 'key (place, id)', 'key (id)')).refusals[0]).toContain('another primary key');
});

test('lines that differ, with those around them', () => {
  const lines = diffLines('a\nb\nc\nd\ne\nf\ng\nh', 'a\nb\nc\nd\nE\nf\ng\nh\ni');
  expect(printDiff(lines)).toEqual(['  c', '  d', '- e', '+ E', '  f', '  g', '  h', '+ i']);
});
