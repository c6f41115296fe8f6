import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findDeployment } from './deployments.ts';
import { Bench, catalogWith, FILES } from './testing/places.ts';

const DOUBLE = { minutes: (FILES.minutes ?? '').replace('sum(price)', 'sum(price) * 2') };
const MB = 1024 * 1024;

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.make();
});

afterEach(() => bench.remove());

test('a disk that fills up while a version is built ends the version, and nothing else', async () => {
  let asked = 0;
  // Room for the first part, and then no more.
  const engine = await bench.open(catalogWith(), { freeBytes: async () => (++asked === 1 ? 300 : 40) * MB });
  await bench.write(1, 3000);
  await engine.refresh();
  const before = await bench.rows('select * from minutes order by place, minute');
  const id = await bench.ask(DOUBLE);
  await expect(bench.until(id, 'built')).rejects.toThrow(
    'the disk of the database has 40 MB left, and a build leaves 256 MB to what runs; what was built is dropped',
  );
  const deployment = await findDeployment(bench.client, id);
  expect(deployment).toMatchObject({ state: 'failed', wanted: null });
  expect(deployment?.message).toContain('run `tickwave apply` again');
  expect(engine.layout.sides.size).toBe(0);
  expect(
    await bench.rows("select count(*)::int as tables from pg_tables where schemaname = 'store'"),
  ).toEqual([{ tables: 3 }]);
  expect(await bench.rows('select * from minutes order by place, minute')).toEqual(before);
  await bench.write(5000, 100);
  expect(await bench.differences()).toEqual([]);
});

test('where nobody knows what is free, nothing is asked for', async () => {
  await bench.open(catalogWith(), { freeBytes: async () => null });
  await bench.write(1, 300);
  await bench.step(await bench.apply(DOUBLE), 'promote', 'promoted');
  expect(await bench.differences()).toEqual([]);
});
