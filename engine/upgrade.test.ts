import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { buildCatalog } from './catalog/catalog.ts';
import { Engine } from './engine.ts';
import { TableChangeError } from './postgres/deploy/errors.ts';
import { EngineBusyError } from './postgres/engineLock.ts';
import { verifyView } from './postgres/verify.ts';

const TICKS = `-- Ticks: one row per place and id.
create table ticks (
  place varchar,
  id bigint,
  at timestamptz,
  price numeric,
  primary key (place, id)
);`;

const MINUTES = `-- Minutes: one row per place and minute.
-- grain: place, minute
-- time: minute
create materialized view minutes as
select place, date_trunc('minute', at) as minute, sum(price) as total from ticks where at is not null group by place, date_trunc('minute', at);`;

const CHANGES = `-- Changes: one row per place and minute.
-- grain: place, minute
-- time: minute
create materialized view changes as
select place, minute, total - lag(total) over (partition by place order by minute) as change from minutes;`;

const PLACES = `-- Places: one row per place.
-- grain: place
create materialized view places as
select place, count(*) as ticks from ticks group by place;`;

const FILES: Readonly<Record<string, string>> = {
  ticks: TICKS,
  minutes: MINUTES,
  changes: CHANGES,
  places: PLACES,
};

let database: TestDatabase;
let client: pg.Client;

beforeEach(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query("set timezone = 'UTC'; set search_path = public, compat");
});

afterEach(async () => {
  await client.end();
  await database.drop();
});

function open(
  changed: Readonly<Record<string, string>> = {},
  without: readonly string[] = [],
): Promise<Engine> {
  const files = Object.entries({ ...FILES, ...changed }).filter(([name]) => !without.includes(name));
  return Engine.open({
    url: database.url,
    catalog: buildCatalog(new Map(files.map(([name, text]) => [`layer/${name}.sql`, text]))),
  });
}

/** Opens with a change, checks the views, and ends. */
async function upgrade(
  changed: Readonly<Record<string, string>>,
  without: readonly string[] = [],
): Promise<Engine> {
  const engine = await open(changed, without);
  await verify(engine);
  await engine.stop();
  return engine;
}

async function verify(engine: Engine): Promise<void> {
  for (const view of engine.layout.views)
    expect(await verifyView(client, engine.layout, view.name)).toBeNull();
}

async function write(from: number, count = 50): Promise<void> {
  await client.query(
    `insert into ticks (place, id, at, price)
     select 'place ' || n % 3, n, '2026-01-01 00:00:00+00'::timestamptz + n * interval '7 seconds', n from generate_series($1::int, $2::int) as n`,
    [from, from + count - 1],
  );
}

/** Identity of the table behind each view: another one was built anew. */
async function stores(): Promise<Record<string, number>> {
  const { rows } = await client.query<{ view: string; oid: number }>(
    `select name as view, stored_as::regclass::oid::int as oid from engine.deployed where stored_as is not null`,
  );
  return Object.fromEntries(rows.map((row) => [row.view, row.oid]));
}

test('a start keeps the rights on names, and what others built on those whose columns go on as before', async () => {
  const latest = `-- The latest: one row per place and minute.
create view latest as
select minutes.place, minutes.minute, minutes.total from minutes;`;
  await upgrade({ latest });
  const role = `reader_${database.url.split('/').at(-1)}`;
  await client.query(`create role ${role}`);
  try {
    await client.query(`grant select on minutes, places to ${role}; grant select on latest to ${role} with grant option;
      create view mine as select count(*)::int as minutes from latest`);
    const rights = async (): Promise<unknown> => {
      const { rows } = await client.query<{ rights: string }>(
        `select string_agg(table_name || ' ' || is_grantable, ', ' order by table_name) as rights from information_schema.role_table_grants where grantee = $1`,
        [role],
      );
      return rows[0]?.rights;
    };
    await upgrade({ latest, minutes: MINUTES.replace('sum(price)', '2 * sum(price)') });
    expect(await rights()).toBe('latest YES, minutes NO, places NO');
    expect((await client.query('select minutes from mine')).rows).toEqual([{ minutes: 0 }]);

    // Where a column goes the name is made anew, and with it the plain views on it.
    const counted = MINUTES.replace('sum(price) as total', 'count(*) as ticks, sum(price) as total');
    await upgrade({ latest, minutes: counted });
    expect(await rights()).toBe('latest YES, minutes NO, places NO');
    expect((await client.query("select to_regclass('mine') as mine")).rows).toEqual([{ mine: null }]);
    await upgrade({ minutes: counted }, ['places']);
    expect(await rights()).toBe('minutes NO');
    // A name that sql/ wants for itself only now is not taken from whoever has it.
    await client.query('create view places as select 1 as ticks');
    await expect(open()).rejects.toThrow(`relation "places" already exists`);
    expect((await client.query('select ticks from places')).rows).toEqual([{ ticks: 1 }]);
  } finally {
    await client.query(`drop owned by ${role}; drop role ${role}`);
  }
});

test('a second engine on the same database is refused, and may come once the first is gone', async () => {
  const first = await open();
  await expect(open()).rejects.toThrow(EngineBusyError);
  await expect(open()).rejects.toThrow('another engine keeps these views up to date (database session');
  await first.stop();
  await (await open()).stop();
});

test('a second engine neither deploys nor disturbs the first', async () => {
  const first = await open();
  await expect(open({ places: PLACES.replace('count(*)', 'count(price)') })).rejects.toThrow(EngineBusyError);
  await write(1);
  await first.refresh();
  await verify(first);
  await first.stop();
});

test('nothing changed: every view keeps its rows', async () => {
  await upgrade({});
  await write(1);
  await upgrade({});
  const before = await stores();
  const again = await upgrade({});
  expect(again.deployment).toEqual({ built: [], kept: ['minutes', 'changes', 'places'], removed: [] });
  expect(await stores()).toEqual(before);
});

test('comments, spacing and notes change nothing but what people read', async () => {
  await upgrade({});
  const before = await stores();
  const renamed = MINUTES.replace('-- Minutes:', '-- Every minute:').replace(
    'select place,',
    'select\n  place, -- where it was\n ',
  );
  const engine = await upgrade({ minutes: renamed });
  expect(engine.deployment.built).toEqual([]);
  expect(await stores()).toEqual(before);
  const { rows } = await client.query(
    "select obj_description('minutes'::regclass) as view, col_description('minutes'::regclass, 1) as place",
  );
  expect(rows).toEqual([{ view: 'Every minute: one row per place and minute.', place: 'where it was' }]);
});

test('a changed view is built anew with what reads it; the others keep their rows', async () => {
  await upgrade({});
  await write(1);
  await upgrade({});
  const before = await stores();
  const engine = await upgrade({ minutes: MINUTES.replace('sum(price)', 'sum(price) + 1') });
  expect(engine.deployment).toEqual({ built: ['minutes', 'changes'], kept: ['places'], removed: [] });
  const after = await stores();
  expect(after.places).toBe(before.places);
  expect(after.minutes).not.toBe(before.minutes);
  expect(after.changes).not.toBe(before.changes);
  const tables = await client.query("select tablename from pg_tables where schemaname = 'store'");
  expect(tables.rows).toHaveLength(3);
});

test('a view that left sql/ is gone, with its table', async () => {
  await upgrade({});
  const engine = await upgrade({}, ['changes']);
  expect(engine.deployment.removed).toEqual(['changes']);
  await expect(client.query('select * from changes')).rejects.toThrow('does not exist');
  expect(
    (await client.query("select tablename from pg_tables where schemaname = 'store'")).rows,
  ).toHaveLength(2);
});

test('a landing table gets a new column; a view may read it at once', async () => {
  await upgrade({});
  await write(1);
  const ticks = TICKS.replace('price numeric,', 'price numeric,\n  size numeric,');
  await upgrade({
    ticks,
    places: PLACES.replace('count(*) as ticks', 'count(*) as ticks, sum(size) as size'),
  });
  await client.query('update ticks set size = 2 where id < 10');
  await upgrade({
    ticks,
    places: PLACES.replace('count(*) as ticks', 'count(*) as ticks, sum(size) as size'),
  });
  const { rows } = await client.query('select sum(size) as size from places');
  expect(rows).toEqual([{ size: '18' }]);
});

test('a landing table does not lose a column with its data, and nothing is half deployed', async () => {
  await upgrade({});
  await write(1);
  const before = await stores();
  const fewer = {
    ticks: TICKS.replace('  price numeric,\n', ''),
    minutes: MINUTES.replace('sum(price)', 'count(*)'),
  };
  await expect(open(fewer)).rejects.toThrow(TableChangeError);
  await expect(open(fewer)).rejects.toThrow("sql/layer/ticks.sql no longer has the column 'price'");
  expect(await stores()).toEqual(before);
  await upgrade({});
});

test('a view that needs more of each change: those that read the table go on being right', async () => {
  await upgrade({}, ['minutes', 'changes']);
  await write(1);
  const engine = await open({});
  await write(51);
  await client.query("update ticks set at = at + interval '3 minutes' where id % 5 = 0");
  await client.query('delete from ticks where id % 7 = 0');
  await engine.refresh();
  await verify(engine);
  await engine.stop();
});

test('what was written while no engine ran, before a view was changed, is in every view', async () => {
  await upgrade({});
  await write(1);
  await client.query('delete from ticks where id % 4 = 0');
  const engine = await upgrade({ changes: CHANGES.replace('total - lag', '2 * total - lag') });
  expect(engine.deployment.kept).toEqual(['minutes', 'places']);
  const { rows } = await client.query('select sum(ticks)::int as ticks from places');
  expect(rows).toEqual([{ ticks: 38 }]);
});

test('what is written while a changed sql/ is being deployed is in every view', async () => {
  await upgrade({}, ['minutes', 'changes', 'places']);
  const writer = new pg.Client({ connectionString: database.url });
  await writer.connect();
  let isOpen = false;
  const writing = (async () => {
    for (let id = 1; !isOpen; id++)
      await writer.query(
        "insert into ticks values ($1, $2::int, '2026-01-01 00:00:00+00'::timestamptz + $2::int * interval '1 minute', 1)",
        [`place ${id}`, id],
      );
  })();
  // First nobody takes notes of the table, then the notes are to hold more than they did.
  for (const without of [['minutes', 'changes'], []]) {
    const engine = await open({}, without);
    await engine.refresh();
    await engine.stop();
  }
  isOpen = true;
  await writing;
  await writer.end();
  const engine = await upgrade({});
  expect(engine.deployment.built).toEqual([]);
});

test('a view whose key changes, one that becomes plain, and one that becomes stored', async () => {
  await upgrade({});
  await write(1);
  const coarse = MINUTES.replaceAll("'minute', at", "'hour', at");
  await upgrade({ minutes: coarse });
  await upgrade({ minutes: MINUTES.replace('materialized view', 'view') });
  await upgrade({ minutes: MINUTES });
});

test('a query that PostgreSQL refuses names the file, and leaves everything as it was', async () => {
  await upgrade({});
  const before = await stores();
  await expect(open({ places: PLACES.replace('count(*)', 'place + 1') })).rejects.toThrow(
    'sql/layer/places.sql',
  );
  expect(await stores()).toEqual(before);
  await upgrade({});
});

test('what was put off when the engine stopped is done when it comes back, and when nothing is to be put off any more', async () => {
  const patient = { minutes: MINUTES.replace('-- time: minute', '-- time: minute\n-- freshness: 1 h') };
  const putOff = async (): Promise<void> => {
    const engine = await open(patient);
    await client.query("insert into ticks values ('place 0', 0, '2026-01-01 00:00:01+00', 1)");
    await engine.refresh();
    await client.query("insert into ticks values ('place 0', 1, '2026-01-01 00:00:02+00', 1)");
    await engine.refreshDue([]);
    expect(await verifyView(client, engine.layout, 'minutes')).not.toBeNull();
    await engine.stop();
  };
  await putOff();
  await upgrade(patient);
  await client.query('delete from ticks');
  await putOff();
  await upgrade({});
});
