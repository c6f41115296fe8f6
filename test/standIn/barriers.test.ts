import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { Barriers } from './barriers.ts';
import { CheckedProxy } from './checkedProxy.ts';

let database: TestDatabase;
let owner: pg.Client;
let proxy: CheckedProxy;
let one: pg.Client;
let two: pg.Client;

beforeAll(async () => {
  database = await testDatabase();
  [owner] = [new pg.Client({ connectionString: database.url })];
  await owner.connect();
  await owner.query('create table notes (id int, note varchar)');
  // None by time, however slow the machine is.
  proxy = await CheckedProxy.open(
    database.url,
    undefined,
    new Barriers(database.url, Number.POSITIVE_INFINITY),
  );
  [one, two] = [new pg.Client(proxy.url), new pg.Client(proxy.url)];
  await Promise.all([one.connect(), two.connect()]);
});

afterAll(async () => {
  await one?.end();
  await two?.end();
  await proxy?.close();
  await owner?.end();
  await database?.drop();
});

beforeEach(async () => {
  await owner.query('delete from notes');
  await proxy.barrier();
});

const seen = async (client: pg.Client): Promise<number[]> =>
  (await client.query('select id from notes where id > $1 order by id', [0])).rows.map(({ id }) =>
    Number(id),
  );

test('what was written is seen by nobody before a barrier, and by all after it', async () => {
  await one.query("insert into notes values (1, 'a')");
  await one.query({ name: 'write', text: "insert into notes values ($1, 'b')", values: [2] });
  expect([await seen(one), await seen(two)]).toEqual([[], []]);
  await two.query('flush');
  expect([await seen(one), await seen(two)]).toEqual([
    [1, 2],
    [1, 2],
  ]);
});

test('rows that are not seen yet are neither deleted nor written anew', async () => {
  await one.query("insert into notes values (1, 'a')");
  await one.query('delete from notes where id = $1', [1]);
  await one.query('insert into notes (id, note) select id + 10, note from notes where id = $1', [1]);
  await one.query('flush');
  expect(await seen(two)).toEqual([1]);
});

test('a statement that is refused leaves the connection as it was', async () => {
  await expect(one.query('select nothing from notes where id = $1', [1])).rejects.toThrow('nothing');
  await expect(one.query('select nothing from notes')).rejects.toThrow('nothing');
  await one.query("insert into notes values (3, 'c')");
  await one.query('flush');
  expect(await seen(one)).toEqual([3]);
});
