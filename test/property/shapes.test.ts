import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { KeptViews } from '../support/keptViews.ts';

/** Shapes that random catalogs make seldom or never, each with the writes that used to or might go wrong. */
const TICKS =
  '-- Ticks.\ncreate table ticks (place varchar, id bigint, at timestamptz, price numeric, primary key (place, id));';
const BEATS =
  '-- Beats.\ncreate table beats (place varchar, minute timestamptz, level double precision, primary key (place, minute));';
const PLACES =
  '-- Places.\ncreate table places (place varchar, region varchar, words varchar[], primary key (place));';

let database: TestDatabase;
let kept: KeptViews | null = null;

beforeEach(async () => {
  database = await testDatabase();
});

afterEach(async () => {
  await kept?.close();
  kept = null;
  await database.drop();
});

interface Views {
  readonly [name: string]: { readonly grain: string; readonly time?: string; readonly query: string };
}

async function keep(views: Views, tables: Readonly<Record<string, string>> = {}): Promise<KeptViews> {
  const ema = readFileSync(new URL('../../sql/functions/ema.postgres.sql', import.meta.url), 'utf8');
  const files = new Map([['functions/ema.postgres.sql', ema]]);
  for (const [name, text] of Object.entries({ ticks: TICKS, beats: BEATS, places: PLACES, ...tables }))
    files.set(`landing/${name}.sql`, text);
  for (const [name, { grain, time, query }] of Object.entries(views)) {
    files.set(
      `features/${name}.sql`,
      `-- ${name}.\n-- grain: ${grain}\n${time ? `-- time: ${time}\n` : ''}create materialized view ${name} as\n${query};`,
    );
  }
  kept = await KeptViews.open(database.url, files);
  return kept;
}

async function write(views: KeptViews, ...statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    await views.writer.query(statement);
    await views.refresh();
  }
}

const beats = (from: number, to: number, place = 'a'): string =>
  `insert into beats select '${place}', '2026-01-01 00:00:00+00'::timestamptz + n * interval '1 minute', n % 7 from generate_series(${from}, ${to}) as n`;
const ticks = (from: number, to: number): string =>
  `insert into ticks select 'p' || n % 3, n, '2026-01-01 00:00:00+00'::timestamptz + n * interval '13 seconds', n % 5 from generate_series(${from}, ${to}) as n`;

test('columns whose names are words of SQL or of the engine', async () => {
  const odd =
    '-- Odd.\ncreate table odd ("order" varchar, number bigint, lo timestamptz, "user" numeric, changed numeric, batch numeric, due numeric, "Mixed Case" numeric, touched numeric, view numeric, primary key ("order", number));';
  const views = await keep(
    {
      hours: {
        grain: 'order, hour',
        time: 'hour',
        query: `select "order", date_trunc('hour', lo) as hour, sum("user") as long, sum(changed) as batch, max(due) as due, max("Mixed Case") as "Mixed Case" from odd where lo is not null and batch > 0 group by "order", date_trunc('hour', lo)`,
      },
      runs: {
        grain: 'order, hour',
        time: 'hour',
        query: `select "order", hour, sum(long) over (partition by "order" order by hour rows between 2 preceding and current row) as number, lag(due) over (partition by "order" order by hour) as due from hours`,
      },
      numbers: {
        grain: 'batch, due',
        query: 'select batch, due, count(*) as number, sum(touched) as touched from odd group by batch, due',
      },
      lows: {
        grain: 'order, id',
        time: 'lo',
        query: 'select "order", number as id, lo, touched, view from odd',
      },
    },
    { odd },
  );
  const insert = (from: number, to: number): string =>
    `insert into odd select 'o' || n % 2, n, '2026-01-01 00:00:00+00'::timestamptz + n * interval '11 minutes', n, n, n % 4, n % 3, n, n, n from generate_series(${from}, ${to}) as n`;
  await write(
    views,
    insert(1, 40),
    'update odd set "user" = 7, batch = 2 where number % 3 = 0',
    'delete from odd where number % 4 = 1',
    insert(100, 110),
    'truncate odd',
  );
});

test('a key that one row gives several of', async () => {
  const views = await keep({
    words: { grain: 'place, word', query: 'select place, unnest(words) as word from places' },
    counts: { grain: 'word', query: 'select word, count(*) as places from words group by word' },
  });
  await write(
    views,
    `insert into places values ('a', 'x', '{one,two}'), ('b', 'x', '{two}'), ('c', null, null)`,
    `update places set words = '{three}' where place = 'a'`,
    `delete from places where place = 'b'`,
  );
});

test('a subquery in the condition of an inner join', async () => {
  const views = await keep({
    joined: {
      grain: 'place, id',
      query:
        'select t.place, t.id, b.level from ticks as t join places as p on p.place = t.place and exists (select 1 from beats as x where x.place = p.region) left join beats as b on b.place = t.place and b.minute = t.at',
    },
  });
  await write(
    views,
    ticks(1, 20),
    `insert into places values ('p1', 'a', null), ('p2', 'z', null)`,
    beats(1, 5),
    'delete from beats',
  );
});

test('two windows of different reach over the same rows, joined', async () => {
  const sum = (back: number): string =>
    `(select place, minute, sum(level) over (partition by place order by minute rows between ${back} preceding and current row) as total from beats)`;
  const views = await keep({
    near_and_far: {
      grain: 'place, minute',
      time: 'minute',
      query: `select near.place, near.minute, near.total as near_total, far.total as far_total from ${sum(2)} as near join ${sum(30)} as far on far.place = near.place and far.minute = near.minute`,
    },
    united: {
      grain: 'kind, place, minute',
      time: 'minute',
      query: `select 'near' as kind, place, minute, total from ${sum(1)} as near union all select 'far' as kind, place, minute, total from ${sum(20)} as far`,
    },
  });
  await write(
    views,
    beats(1, 80),
    "update beats set level = 9 where minute = '2026-01-01 00:30:00+00'",
    `delete from beats where minute = '2026-01-01 00:41:00+00'`,
    beats(41, 41),
  );
});

test('slices longer than a chunk, changed at once and in one place', async () => {
  const frames = `sum(level) over (partition by place order by minute rows between 99 preceding and current row) as total, ema(level, 0.1) over (partition by place order by minute rows between 199 preceding and current row) as smooth, lag(level, 3) over (partition by place order by minute) as before`;
  const views = await keep({
    windows: {
      grain: 'place, minute',
      time: 'minute',
      query: `select place, minute, level, ${frames} from beats`,
    },
    hours: {
      grain: 'place, hour',
      time: 'hour',
      query: `select place, date_trunc('hour', minute) as hour, sum(total) as total from windows group by place, date_trunc('hour', minute)`,
    },
  });
  await write(
    views,
    beats(1, 2600),
    'update beats set level = level + 1',
    `update beats set level = 3 where minute = '2026-01-01 16:39:00+00'`,
    `delete from beats where extract(minute from minute) = 7`,
    beats(2601, 2605),
    beats(2606, 3800),
  );
  expect((await views.writer.query('select count(*)::int as rows from windows')).rows).toEqual([
    { rows: 3756 },
  ]);
});

test('more chunks than one statement writes', async () => {
  const views = await keep({
    windows: {
      grain: 'place, minute',
      time: 'minute',
      query:
        'select place, minute, max(level) over (partition by place order by minute rows between 9 preceding and current row) as highest from beats',
    },
  });
  await write(views, beats(1, 34_000), 'update beats set level = level + 1');
});

test('rows that move in time, and so from one slice to another', async () => {
  const views = await keep({
    rows: {
      grain: 'place, id',
      time: 'at',
      query: `select place, id, at, price from ticks where price >= 0`,
    },
    steps: {
      grain: 'place, id',
      time: 'at',
      query: `select place, id, at, price - lag(price) over (partition by place order by at, id) as step from rows where at is not null`,
    },
    minutes: {
      grain: 'place, minute',
      time: 'minute',
      query: `select place, date_trunc('minute', at) as minute, count(*) as n, sum(step) as step from steps group by place, date_trunc('minute', at)`,
    },
    prices: { grain: 'price', query: 'select price, count(*) as n from rows group by price' },
  });
  await write(
    views,
    ticks(1, 90),
    `update ticks set at = at + interval '1 hour' where id % 4 = 0`,
    `update ticks set at = null where id % 9 = 0`,
    `update ticks set at = '2026-01-01 00:00:07+00' where id % 9 = 0`,
    `update ticks set price = price + 1`,
    `update ticks set price = -1 where id < 20`,
  );
});

test('grouping sets, values, cross, natural and right joins', async () => {
  const views = await keep({
    totals: {
      grain: 'place, price',
      query: 'select place, price, count(*) as n from ticks group by rollup (place, price)',
    },
    named: {
      grain: 'place',
      query: `select v.place, v.name, count(t.id) as n from (values ('p0', 'zero'), ('p1', 'one')) as v (place, name) left join ticks as t on t.place = v.place group by v.place, v.name`,
    },
    pairs: {
      grain: 'place, other',
      query: 'select p.place, o.place as other from places as p cross join places as o',
    },
    natural_pairs: {
      grain: 'place, id, minute',
      query: 'select place, id, minute, level from ticks natural join beats',
    },
    rights: {
      grain: 'place, id',
      query: 'select t.place, t.id, p.region from places as p right join ticks as t using (place)',
    },
    without: { grain: 'place', query: 'select place from places except select place from ticks' },
  });
  await write(
    views,
    ticks(1, 20),
    `insert into places values ('p1', 'a', null), ('p9', 'z', null)`,
    beats(1, 3, 'p1'),
    `delete from ticks where place = 'p1'`,
    `update places set region = null`,
    'truncate ticks',
  );
});

test('a row and what it is joined to, gone in one refresh', async () => {
  const views = await keep({
    joined: {
      grain: 'region, price, id',
      query: 'select p.region, t.price, t.id from ticks as t join places as p on p.place = t.place',
    },
    regions: { grain: 'region', query: 'select region, sum(price) as price from joined group by region' },
  });
  await write(views, ticks(1, 20), `insert into places values ('p1', 'a', null), ('p2', 'b', null)`);
  await views.writer.query(`delete from ticks where place = 'p1'`);
  await write(views, `delete from places where place = 'p1'`);
  await views.writer.query(`update places set region = 'c'`);
  await write(views, `update ticks set place = 'gone' where id = 5`);
});
