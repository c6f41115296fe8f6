import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { waitFor } from '../../test/support/cli.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { buildCatalog } from '../catalog/catalog.ts';
import { systemClock } from '../clock.ts';
import { Engine } from '../engine.ts';
import type { ViewChanges } from './feed.ts';
import { FollowedEngine } from './followedEngine.ts';

// What one process hears of the engine in another, over NOTIFY.

const FILES = new Map([
  [
    'layer/ticks.sql',
    `-- Ticks: one row per place and id.
create table ticks (
  place varchar,
  id bigint,
  at timestamptz,
  price numeric,
  primary key (place, id)
);`,
  ],
  [
    'layer/minutes.sql',
    `-- Minutes: one row per place and minute.
-- grain: place, minute
-- time: minute
create materialized view minutes as
select place, date_trunc('minute', at) as minute, sum(price) as total from ticks where at is not null group by place, date_trunc('minute', at);`,
  ],
]);

let database: TestDatabase;
let writer: pg.Client;
let engine: Engine;
let far: FollowedEngine;
let said: string[];
let told: ViewChanges[];
let next = 1;

const start = async (): Promise<Engine> => {
  const opened = await Engine.open({ url: database.url, catalog: buildCatalog(FILES) });
  await opened.start();
  return opened;
};

const follow = (): Promise<FollowedEngine | null> =>
  FollowedEngine.open({ url: database.url, clock: systemClock, say: (sentence) => said.push(sentence) });

beforeAll(async () => {
  database = await testDatabase();
  writer = new pg.Client({ connectionString: database.url });
  await writer.connect();
  engine = await start();
});

beforeEach(async () => {
  [said, told] = [[], []];
  const opened = await follow();
  if (opened === null) throw new Error('nothing is deployed');
  far = opened;
});

afterEach(() => far?.stop());

afterAll(async () => {
  await engine?.stop();
  await writer?.end();
  await database?.drop();
});

/** A tick in a minute of its own; its number. */
async function tick(): Promise<number> {
  const id = next++;
  await writer.query(
    "insert into ticks values ('a', $1::bigint, timestamptz '2026-01-01 00:00:00+00' + $1::bigint * interval '1 minute', 1)",
    [id],
  );
  return id;
}

const keep = (changes: ViewChanges): void => void told.push(changes);

/** Whether a view's change was told by its key. */
const named = (view: string, column: string, value: unknown): boolean =>
  told.some(
    (each) =>
      each.view === view &&
      each.changes.some(({ key }) => JSON.stringify(key[column]) === JSON.stringify(value)),
  );

const minuteOf = (id: number): Date => new Date(Date.UTC(2026, 0, 1, 0, id));

/** Ticks until one of them is told by its key, as all are once the engine has heard that somebody follows. */
async function untilKeys(view: string, column: string, value: (id: number) => unknown): Promise<void> {
  const ids: number[] = [];
  await waitFor(`keys of ${view}`, async () => {
    ids.push(await tick());
    return ids.some((id) => named(view, column, value(id)));
  });
}

test('keys of views and of landing tables are told, each once, from the moment that the engine knows of it', async () => {
  far.subscribe('minutes', keep);
  far.subscribe('ticks', keep);
  await untilKeys('minutes', 'minute', minuteOf);
  await untilKeys('ticks', 'id', String);
  const before = told.length;
  const ids = [await tick(), await tick(), await tick()];
  await waitFor('all keys', async () =>
    ids.every((id) => named('minutes', 'minute', minuteOf(id)) && named('ticks', 'id', String(id))),
  );
  expect(told.slice(before).every(({ truncated }) => truncated === undefined)).toBe(true);
  const keys = told.slice(before).flatMap(({ view, changes }) => changes.map(({ key }) => [view, key.id]));
  for (const id of ids)
    expect(keys.filter(([view, key]) => view === 'ticks' && key === String(id))).toHaveLength(1);
});

test('whoever begins to follow is told that anything may have changed before', async () => {
  far.subscribe('ticks', keep);
  await waitFor('the first word', async () => told.length > 0);
  expect(told[0]).toMatchObject({ view: 'ticks', changes: [], truncated: true });
});

test('nothing is told of what nobody follows any more', async () => {
  const end = far.subscribe('minutes', keep);
  await untilKeys('minutes', 'minute', minuteOf);
  end();
  const before = told.length;
  let refreshes = 0;
  far.onRefresh(() => refreshes++);
  await tick();
  await waitFor('a refresh', async () => refreshes > 0);
  expect(told).toHaveLength(before);
});

test('after a lost connection, and with another engine, everything is told to be read again, then keys', async () => {
  let layouts = 0;
  far.subscribe('ticks', keep);
  far.onLayout(() => layouts++);
  await untilKeys('ticks', 'id', String);
  const followers =
    "select pid from pg_stat_activity where datname = current_database() and application_name = 'tickwave follower'";
  const [before] = (await writer.query<{ pid: number }>(followers)).rows;
  const first = layouts;
  await writer.query('select pg_terminate_backend($1, 30000)', [before?.pid]);
  await waitFor('another connection', async () => layouts > first);
  expect(said).toContain('the connection over which changes are told was lost; it is opened again');
  told = [];
  await untilKeys('ticks', 'id', String);

  await engine.stop();
  const seen = layouts;
  engine = await start();
  await waitFor('word of the new engine', async () => layouts > seen);
  told = [];
  await untilKeys('ticks', 'id', String);
});

test('what was never deployed cannot be followed', async () => {
  const empty = await testDatabase();
  try {
    expect(await FollowedEngine.open({ url: empty.url, clock: systemClock, say: () => {} })).toBeNull();
  } finally {
    await empty.drop();
  }
  expect(() => far.subscribe('nonsense', keep)).toThrow('nonsense');
});

test('what others notify on its channels is no reason to fall', async () => {
  far.subscribe('ticks', keep);
  await untilKeys('ticks', 'id', String);
  for (const text of ['', 'nonsense', '{}', '{"refresh":1,"view":"minutes","changes":7}', '[]'])
    for (const channel of ['tickwave_ticks', 'tickwave_changes', 'tickwave_follow'])
      await writer.query('select pg_notify($1, $2)', [channel, text]);
  told = [];
  await untilKeys('ticks', 'id', String);
  expect(said).toEqual([]);
});
