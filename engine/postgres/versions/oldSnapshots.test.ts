import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { waitFor } from '../../../test/support/cli.ts';
import { type Clock, systemClock } from '../../clock.ts';
import { findDeployment } from './deployments.ts';
import { Bench, FILES } from './testing/places.ts';

const TWICE = { minutes: (FILES.minutes ?? '').replace('sum(price)', 'sum(price) * 2') };
const SUM = 'select sum(total)::int as sum from minutes';

const FASTER = 20;
/** The machine's clock, sped up: minutes of patience pass in seconds. */
const clock: Clock = {
  now: () => systemClock.now() * FASTER,
  sleep: (ms, signal) => systemClock.sleep(ms / FASTER, signal),
};

let bench: Bench;
let analyst: pg.Client;

beforeEach(async () => {
  bench = await Bench.make();
  analyst = new pg.Client({ connectionString: bench.database.url, application_name: 'notebook' });
  await analyst.connect();
});

afterEach(async () => {
  await analyst.end();
  await bench.remove();
});

/** A transaction that has read, and is still open. @returns its session, as messages name it */
async function openTransaction(begin: string, read: string): Promise<string> {
  await analyst.query(begin);
  await analyst.query(read);
  const { rows } = await analyst.query<{ pid: number }>('select pg_backend_pid() as pid');
  return `database session ${rows[0]?.pid} (notebook)`;
}

async function sumOf(client: pg.Client): Promise<number | undefined> {
  return (await client.query<{ sum: number }>(SUM)).rows[0]?.sum;
}

/** What a version waits for, once it says so. */
function waitsFor(id: number): Promise<string> {
  return waitFor('what is waited for', async () => (await findDeployment(bench.client, id))?.message ?? null);
}

test('a snapshot from before the version was complete is waited for: it never finds views half built', async () => {
  await bench.open();
  await bench.write(1, 200);
  await bench.engine?.refresh();
  const session = await openTransaction('begin isolation level repeatable read', 'select from places');
  const id = await bench.apply(TWICE);

  const promoting = bench.step(id, 'promote', 'promoted');
  expect(await waitsFor(id)).toContain(`${session} reads as of`);
  expect(await sumOf(analyst)).toBe(20_100);
  expect((await findDeployment(bench.client, id))?.state).toBe('audited');
  await analyst.query('commit');

  expect((await promoting).message).toBeNull();
  expect(await sumOf(analyst)).toBe(40_200);
  expect(await bench.differences()).toEqual([]);
});

test.each([
  ['reads as of', 'begin isolation level repeatable read', 'select from places'],
  ["uses 'minutes' in a transaction since", 'begin', 'select from minutes'],
])(
  'a transaction that does not end keeps the version from the names, and is named: %s',
  async (words, begin, read) => {
    await bench.open(undefined, { clock });
    await bench.write(1, 200);
    await bench.engine?.refresh();
    const session = await openTransaction(begin, read);
    const id = await bench.apply(TWICE);

    const refused = bench.step(id, 'promote', 'promoted');
    await expect(refused).rejects.toThrow(`then gave up: ${session} ${words}`);
    expect(await findDeployment(bench.client, id)).toMatchObject({ state: 'audited', wanted: null });
    expect(await sumOf(analyst)).toBe(20_100);
    expect(await sumOf(bench.client)).toBe(20_100);

    await analyst.query('commit');
    await bench.step(id, 'promote', 'promoted');
    expect(await sumOf(analyst)).toBe(40_200);
  },
);
