import { beforeAll, describe, expect, test } from '@jest/globals';
import { buildCatalog, type Catalog, readSqlFolder } from '../catalog/catalog.ts';
import type { EngineName } from '../statements.ts';
import { fingerprints } from './fingerprint.ts';

const TICKS = `-- Ticks: one row per place and id.
create table ticks (
  place varchar,
  id bigint,
  at timestamptz,
  price numeric,
  tags varchar[],
  primary key (place, id)
);`;

/** Fingerprints of the view `seen` when it has this query; \`grain\` is the first column. */
function seen(query: string, more: Readonly<Record<string, string>> = {}) {
  const files = new Map([['landing/ticks.sql', TICKS], ...Object.entries(more)]);
  files.set(
    'candles/seen.sql',
    `-- Seen: one row per place.\n-- grain: place\ncreate materialized view seen as\n${query};`,
  );
  return fingerprints(buildCatalog(files), 'postgres').get('seen')?.columns ?? new Map<string, string>();
}

/** Columns that both have and that mean something else, and those that only one has. */
function changed(before: string, after: string): string[] {
  const [old, fresh] = [seen(before), seen(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].filter((name) => old.get(name) !== fresh.get(name));
}

const GROUPED = `with hours as (
  select place, date_trunc('hour', at) as hour, sum(price) as total, count(*) as ticks
  from ticks where price > 0 group by place, date_trunc('hour', at)
)
select place, max(total) as most, max(ticks) as busiest from hours group by place`;

describe('a column means the same', () => {
  test('whatever is said about it, and however it is laid out', () => {
    const told = GROUPED.replace('as most,', '/* the\n most */ AS most, -- words\n').replace(
      'group by place,',
      'GROUP   BY place ,',
    );
    expect(changed(GROUPED, told)).toEqual([]);
  });

  test('when another column beside it comes, goes or changes, here or where it comes from', () => {
    expect(changed(GROUPED, GROUPED.replace('as most,', 'as most, min(total) as least,'))).toEqual(['least']);
    expect(changed(GROUPED, GROUPED.replace('max(ticks)', 'min(ticks)'))).toEqual(['busiest']);
    expect(changed(GROUPED, GROUPED.replace('sum(price) as total', 'sum(price) / 2 as total'))).toEqual([
      'most',
    ]);
    expect(changed(GROUPED, GROUPED.replace(', count(*) as ticks', ', count(*) + 1 as ticks'))).toEqual([
      'busiest',
    ]);
  });
});

describe('every column means something else', () => {
  test.each([
    ['another filter', 'price > 0', 'price > 1'],
    [
      'another group',
      "select place, date_trunc('hour', at) as hour",
      "select place, date_trunc('day', at) as hour",
    ],
    ['another table', 'from ticks', 'from (select place, id, at, price from ticks where id > 3) as ticks'],
  ])('%s', (_, from, to) => {
    const after = GROUPED.replaceAll(from, to);
    const grouped = from.startsWith('select')
      ? after.replace("place, date_trunc('hour', at)\n", "place, date_trunc('day', at)\n")
      : after;
    expect(changed(GROUPED, grouped)).toEqual(['place', 'most', 'busiest']);
  });

  test.each([
    [
      'the group is called by its output',
      'select place, upper(place) as name, count(*) as ticks from ticks group by place, name',
      'select place, lower(place) as name, count(*) as ticks from ticks group by place, name',
      ['place', 'name', 'ticks'],
    ],
    [
      'the group is called by its place in a subquery',
      'select place, ticks from (select place, id % 2 as odd, count(*) as ticks from ticks group by 1, 2) as found',
      'select place, ticks from (select place, id % 3 as odd, count(*) as ticks from ticks group by 1, 2) as found',
      ['place', 'ticks'],
    ],
    [
      'a column that nobody reads makes rows',
      'select place, price from (select place, price, unnest(tags) as tag from ticks) as found',
      'select place, price from (select place, price, unnest(tags[:1]) as tag from ticks) as found',
      ['place', 'price'],
    ],
    [
      'a column that nobody reads makes one row of all',
      "select place, one from (select 'all' as place, 1 as one, sum(price) as total from ticks) as found",
      "select place, one from (select 'all' as place, 1 as one, price as total from ticks) as found",
      ['place', 'one'],
    ],
    [
      'rows are distinct by what nobody reads',
      'select place from (select distinct place, price from ticks) as found',
      'select place from (select distinct place, id from ticks) as found',
      ['place'],
    ],
    [
      'a whole row is counted',
      'select found.place, count(found) as rows from (select place, nullif(price, 0) as price from ticks) as found group by found.place',
      'select found.place, count(found) as rows from (select place, nullif(price, 1) as price from ticks) as found group by found.place',
      ['rows'],
    ],
    [
      'a lateral subquery reads its neighbour',
      'select found.place, high from (select place, price * 2 as price from ticks) as found cross join lateral (select max(t.price) as high from ticks as t where t.price < found.price) as best',
      'select found.place, high from (select place, price * 3 as price from ticks) as found cross join lateral (select max(t.price) as high from ticks as t where t.price < found.price) as best',
      ['place', 'high'],
    ],
    [
      'a subquery of an expression reads what is outside',
      'select place, exists (select 1 from ticks as t where t.price > found.half) as more from (select place, price / 2 as half from ticks) as found',
      'select place, exists (select 1 from ticks as t where t.price > found.half) as more from (select place, price / 3 as half from ticks) as found',
      ['more'],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(changed(before, after)).toEqual(expected);
  });
});

describe('of sql/', () => {
  let files: Map<string, string>;
  let before: Catalog;
  beforeAll(async () => {
    files = await readSqlFolder('sql');
    before = buildCatalog(files);
  });

  /** Features that mean something else when a file is edited. */
  function features(file: string, from: string, to: string, engine: EngineName = 'postgres'): string[] {
    const text = files.get(file) ?? '';
    expect(text).toContain(from);
    const after = buildCatalog(new Map([...files, [file, text.replace(from, () => to)]]));
    const [old, fresh] = [before, after].map((one) => fingerprints(one, engine).get('features')?.columns);
    return [...(old ?? [])].flatMap(([name, print]) => (fresh?.get(name) === print ? [] : [name]));
  }

  test('an indicator that changes changes what comes from it, and nothing else', () => {
    expect(features('indicators/momentum.sql', 'ema(gain, 1.0 / 14)', 'ema(gain, 1.0 / 15)')).toEqual([
      'rsi_14',
      'stochastic_rsi_14',
    ]);
    expect(features('indicators/momentum.sql', 'ema(gain, 1.0 / 7)', 'ema(gain, 1.0 / 8)')).toEqual([]);
    expect(features('features/features.sql', 'momentum.roc_5 / 100', 'momentum.roc_5 / 50')).toEqual([
      'return_5',
    ]);
    expect(features('features/features.sql', '/ 7 as week_position', '/ 8 as week_position')).toEqual([
      'week_sine',
      'week_cosine',
    ]);
  });

  test('words change nothing; a column more changes nothing of what was there', () => {
    expect(features('indicators/momentum.sql', '-- Williams %R:', '-- His %R:')).toEqual([]);
    expect(features('candles/candles_1m.sql', 'from carried', '  -- as they came\n  from carried')).toEqual(
      [],
    );
    expect(
      features(
        'features/features.sql',
        '  momentum.rsi_14,',
        '  momentum.rsi_7, -- faster\n  momentum.rsi_14,',
      ),
    ).toEqual([]);
  });

  test('what all comes from changes all', () => {
    const all = before.get('features').columns.map(({ name }) => name);
    const later = features(
      'candles/candles_1m.sql',
      'where carried_close is not null',
      'where carried_close > 0',
    );
    expect(later).toEqual(all);
  });

  test('a function is of the engine that it is for', () => {
    const changedOn = (engine: EngineName) =>
      features('functions/ema.postgres.sql', 'if value is null then', 'if value is not null then', engine)
        .length;
    expect(changedOn('risingwave')).toBe(0);
    expect(changedOn('postgres')).toBeGreaterThan(5);
  });
});
