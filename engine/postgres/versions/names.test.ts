import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Bench, FILES } from './testing/places.ts';

const TWICE = { minutes: (FILES.minutes ?? '').replace('sum(price)', 'sum(price) * 2') };

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.make();
});

afterEach(() => bench.remove());

test('grants, comments and what others built on a view stay with its name', async () => {
  await bench.open();
  await bench.write(1, 50);
  await bench.client.query(
    'create schema reports; create view reports.totals as select sum(total) as total from minutes',
  );
  await bench.client.query(
    'grant select on minutes to analyst with grant option; revoke select on places from analyst',
  );
  const id = await bench.apply({ minutes: TWICE.minutes.replace('-- Minutes:', '-- Twice:') });
  await bench.step(id, 'promote', 'promoted');
  expect(await bench.rows("select obj_description('minutes'::regclass) as said")).toEqual([
    { said: 'Twice: one row per place and minute.' },
  ]);
  expect(await bench.rows('select total::int from reports.totals')).toEqual(
    await bench.rows('select 2 * sum(price)::int as total from ticks'),
  );
  expect(
    await bench.rows(
      "select has_table_privilege('analyst', 'places', 'select') as may, has_table_privilege('analyst', 'minutes', 'select with grant option') as gives",
    ),
  ).toEqual([{ may: false, gives: true }]);
});

test('something of others on a view that has to be made anew keeps the version from the names, and says so', async () => {
  await bench.open();
  await bench.client.query(
    'create schema reports; create view reports.totals as select sum(total) as total from latest',
  );
  const id = await bench.apply({ latest: (FILES.latest ?? '').replace(', minutes.total', '') });
  await expect(bench.step(id, 'promote', 'promoted')).rejects.toThrow("'latest' has to be made anew");
  await bench.client.query('drop view reports.totals');
  await bench.step(id, 'promote', 'promoted');
  await expect(bench.rows('select total from latest')).rejects.toThrow('does not exist');
});
