import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Bench, FILES } from './testing/places.ts';

const MINUTES = FILES.minutes ?? '';
const DOUBLE = { minutes: MINUTES.replace('sum(price)', 'sum(price) * 2') };

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.make();
});

afterEach(() => bench.remove());

test('a version is built beside the running one, published, taken back and dropped; every view is right all the time', async () => {
  await bench.open();
  await bench.write(1, 3000);
  const id = await bench.apply(DOUBLE);
  expect(bench.engine?.layout.sides.size).toBe(2);
  const sum = 'select sum(total)::int as sum from minutes';
  const [before] = await bench.rows(sum);
  expect(await bench.differences()).toEqual([]);
  await bench.write(5000, 500);
  expect(await bench.differences()).toEqual([]);

  await bench.step(id, 'promote', 'promoted');
  expect(await bench.differences()).toEqual([]);
  const [after] = await bench.rows(sum);
  const [own] = await bench.rows('select 2 * sum(price)::int as sum from ticks');
  expect(after).toEqual(own);
  await bench.write(9000, 500);
  await bench.client.query('delete from ticks where id % 5 = 0');
  expect(await bench.differences()).toEqual([]);

  await bench.step(id, 'rollback', 'rolled_back');
  expect(await bench.differences()).toEqual([]);
  expect(await bench.rows(sum)).toEqual(await bench.rows('select sum(price)::int as sum from ticks'));
  await bench.step(id, 'promote', 'promoted');
  await bench.step(id, 'cleanup', 'cleaned');
  expect(await bench.differences()).toEqual([]);
  expect(bench.engine?.layout.sides.size).toBe(0);
  expect(
    await bench.rows("select count(*)::int as tables from pg_tables where schemaname = 'store'"),
  ).toEqual([{ tables: 3 }]);
  expect(bench.engine?.catalog.get('minutes').statement.text).toBe(DOUBLE.minutes);
  expect(before).not.toEqual(after);
});

test('what refreshes a view that is the same in both versions is left alone, so that its plans stay', async () => {
  await bench.open();
  await bench.write(1, 300);
  const made = (view: string): Promise<unknown[]> =>
    bench.rows(
      `select oid::text from pg_class where relname in ('touched_${view}', 'slice_${view}', 'change_${view}') and relpersistence = 't'
       union all select oid || ' ' || xmin from pg_proc where proname = 'refresh_${view}' order by 1`,
    );
  const [places, minutes] = [await made('places'), await made('minutes')];
  expect(places).toHaveLength(4);
  const id = await bench.apply(DOUBLE);
  expect(await made('places')).toEqual(places);
  expect(await made('minutes')).toEqual(minutes);
  await bench.step(id, 'promote', 'promoted');
  expect(await made('places')).toEqual(places);
  expect(await made('minutes')).not.toEqual(minutes);
  await bench.step(id, 'cleanup', 'cleaned');
  expect(await made('places')).toEqual(places);
  await bench.client.query("insert into ticks values ('new', 1, '2026-01-01 00:00:00+00', 5)");
  expect(await bench.differences()).toEqual([]);
});
