import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { waitFor } from '../../../test/support/cli.ts';
import type { DeploymentState } from '../../versions/deployment.ts';
import { Bench, catalogWith, FILES } from './testing/places.ts';

// What a version that nobody reads can't compute is its own trouble: the views that are read go on, in the same engine.

/** Divides by zero where a minute's total is 13. */
const DIVIDING = {
  minutes: FILES.minutes?.replace('sum(price) as total', 'sum(price) + 0 / (sum(price) - 13) as total') ?? '',
};
const BROKEN = expect.stringContaining(
  "sql/layer/minutes.sql: minutes: it can't be computed: division by zero",
);

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.make();
});

afterEach(() => bench.remove());

/** A minute of one tick, with a price that only some versions can be computed with. */
async function tick(price: number): Promise<void> {
  await bench.client.query(
    "insert into ticks (place, id, at, price) select 'far', coalesce(max(id), 0) + 1, '2027-01-01 00:00:00+00'::timestamptz + count(*) * interval '1 minute', $1 from ticks",
    [price],
  );
}

/** The version has ended so, nothing of it is left, and the engine that runs keeps every view right. */
async function expectEnd(id: number, state: DeploymentState): Promise<void> {
  const { message } = await bench.until(id, state);
  expect(message).toEqual(BROKEN);
  await waitFor('the tables to be dropped', async () => bench.engine?.layout.sides.size === 0);
  await tick(1);
  expect(await bench.differences()).toEqual([]);
  expect(bench.engine?.status()).toMatchObject({ running: true, lastError: null });
  const [{ tables } = { tables: 0 }] = (await bench.rows(
    "select count(*)::int as tables from pg_tables where schemaname = 'store'",
  )) as { tables: number }[];
  expect(tables).toBe(3);
}

test('a build that fails ends the version and nothing else, and another can be built after it', async () => {
  await bench.open();
  await bench.write(1, 3000);
  await tick(13);
  await expectEnd(await bench.ask(DIVIDING), 'failed');
  const next = await bench.apply({ minutes: FILES.minutes?.replace('sum(price)', 'sum(price) * 2') ?? '' });
  expect(await bench.differences()).toEqual([]);
  await bench.step(next, 'promote', 'promoted');
  expect(await bench.differences()).toEqual([]);
});

test('a row that only the version beside the running one fails at ends that version', async () => {
  await bench.open();
  await bench.write(1, 500);
  const id = await bench.apply(DIVIDING);
  await tick(13);
  await expectEnd(id, 'failed');
});

test('an old version that fails at a row of after the promotion is dropped, and the new one goes on', async () => {
  await bench.open(catalogWith(DIVIDING));
  await bench.write(1, 500);
  const id = await bench.apply({}, DIVIDING);
  await bench.step(id, 'promote', 'promoted');
  await tick(13);
  await expectEnd(id, 'cleaned');
});

test('two rows of one key end the version that has them, with the key', async () => {
  await bench.open();
  await bench.write(1, 500);
  const id = await bench.ask({
    places:
      FILES.places?.replace('count(*) as ticks from ticks group by place', 'id as ticks from ticks') ?? '',
  });
  const { message } = await bench.until(id, 'failed');
  expect(message).toContain('sql/layer/places.sql: places: several of its rows have the same key (place)');
  expect(await bench.differences()).toEqual([]);
});
