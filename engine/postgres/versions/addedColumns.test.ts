import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Bench, catalogWith, FILES } from './testing/places.ts';

const NOTED = { ticks: FILES.ticks?.replace('price numeric,', 'price numeric,\n  note varchar,') ?? '' };

let bench: Bench;
let id: number;

// A version that adds a column to a landing table was published and taken back.
beforeEach(async () => {
  bench = await Bench.make();
  await bench.open();
  await bench.write(1, 300);
  id = await bench.apply(NOTED);
  await bench.step(id, 'promote', 'promoted');
  await bench.step(id, 'rollback', 'rolled_back');
});

afterEach(() => bench.remove());

const columns = (): Promise<unknown[]> =>
  bench.rows(
    "select attname as name from pg_attribute where attrelid = 'ticks'::regclass and attnum > 0 and not attisdropped order by attnum",
  );

const OLD = ['place', 'id', 'at', 'price'].map((name) => ({ name }));

test('a column that a dropped version added goes with it, and the old sql/ can be started again', async () => {
  expect(await columns()).toEqual([...OLD, { name: 'note' }]);
  await bench.step(id, 'cleanup', 'cancelled');
  expect(await columns()).toEqual(OLD);
  await bench.write(1000, 100);
  expect(await bench.differences()).toEqual([]);
  await bench.close();
  await bench.open(catalogWith());
  expect(await bench.differences()).toEqual([]);
});

test('values that were written into it are not lost: somebody has to say so', async () => {
  await bench.client.query("update ticks set note = 'kept' where id = 7");
  await expect(bench.step(id, 'cleanup', 'cancelled')).rejects.toThrow('alter table ticks drop column note');
  expect(await bench.rows('select note from ticks where note is not null')).toEqual([{ note: 'kept' }]);
  await bench.client.query('alter table ticks drop column note');
  await bench.step(id, 'cleanup', 'cancelled');
  expect(await bench.differences()).toEqual([]);
});
