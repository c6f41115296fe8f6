import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { systemClock } from '../../engine/clock.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { notifications } from './notifications.ts';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

const tell = (payload: unknown) =>
  client.query('select pg_notify($1, $2)', ['tickwave_changes', JSON.stringify(payload)]);
const listeners =
  "from pg_stat_activity where application_name = 'tickwave scoring' and datname = current_database()";

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

test('wakes for event time and for what is not named, also after the connection was lost', async () => {
  let woken = 0;
  const unsubscribe = notifications(
    database.url,
    systemClock,
  )(() => {
    woken++;
  });
  await until(() => woken === 1);
  await tell({ refresh: 1, views: { candles_1s: 4 } });
  await client.query("select pg_notify('tickwave_changes', 'nonsense')");
  await tell({ refresh: 2, views: { candles_1s: 4, watermarks: 1 } });
  await until(() => woken === 2);
  await tell({ refresh: 3, views: {} });
  await until(() => woken === 3);
  await client.query(`select pg_terminate_backend(pid) ${listeners}`);
  await until(() => woken === 4);
  await tell({ refresh: 4, views: { watermarks: 2 } });
  await until(() => woken === 5);
  unsubscribe();
  await until(async () => (await client.query(`select 1 ${listeners}`)).rows.length === 0);
  expect(woken).toBe(5);
});
