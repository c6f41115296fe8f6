import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { marked, WAYS } from './testing/marked.ts';
import { Bench, catalogWith } from './testing/places.ts';
import { Reader } from './testing/reader.ts';
import { Writer } from './testing/writer.ts';

let bench: Bench;
let readers: Reader[];
let writer: Writer | null;

beforeEach(async () => {
  bench = await Bench.make();
  readers = [];
  writer = null;
});

afterEach(async () => {
  await Promise.all(readers.map((reader) => reader.end()));
  await writer?.end().catch(() => undefined);
  await bench.remove();
});

/** Nothing is written for a moment: then every view of both versions is what its query gives. */
async function rightNow(): Promise<void> {
  await writer?.pause();
  expect(await bench.differences()).toEqual([]);
  expect(bench.engine?.status().lastError).toBeNull();
  writer?.resume();
}

const WIDE = "'note' as note,";

test.each([
  ['goes on with its columns', marked(1), marked(2)],
  ['loses a column, so that its name is made anew', marked(1, WIDE), marked(2)],
])(
  'readers of a view that %s see one version whole and never an error, while ticks come in',
  async (_, before, after) => {
    await bench.open(catalogWith(before));
    await bench.write(1, 600);
    await bench.engine?.refresh();
    writer = await Writer.begin(bench.database.url, 1000);
    for (const [index, ask] of Object.values(WAYS).entries())
      readers.push(await Reader.begin(index % 2 === 0 ? bench.database.url : bench.database.analystUrl, ask));
    const allRead = () => Promise.all(readers.map((reader) => reader.more(2)));
    const step = async (wanted: 'promote' | 'rollback' | 'cleanup', state: Parameters<Bench['step']>[2]) => {
      await bench.step(id, wanted, state);
      await allRead();
      await rightNow();
    };

    await allRead();
    const id = await bench.apply(after, before);
    await allRead();
    await step('promote', 'promoted');
    await step('rollback', 'rolled_back');
    await step('promote', 'promoted');
    await step('cleanup', 'cleaned');

    expect(await Promise.all(readers.map((reader) => reader.end()))).toEqual(readers.map(() => null));
    expect(await bench.rows('select distinct factor from latest')).toEqual([{ factor: 2 }]);
    expect(
      await bench.rows(
        "select has_table_privilege('analyst', name, 'select') as may from unnest(array['latest', 'minutes', 'changes']) as name",
      ),
    ).toEqual([{ may: true }, { may: true }, { may: true }]);
  },
);

test('a statement prepared as `select *` has to be prepared again when columns go; one with names goes on', async () => {
  const before = marked(1, WIDE);
  await bench.open(catalogWith(before));
  await bench.write(1, 60);
  await bench.engine?.refresh();
  const reader = new pg.Client({ connectionString: bench.database.url });
  await reader.connect();
  try {
    const every = { name: 'every', text: 'select * from minutes limit 1' };
    const named = { name: 'named', text: 'select distinct factor from minutes' };
    expect((await reader.query(every)).rows[0]).toMatchObject({ note: 'note', factor: 1 });
    expect((await reader.query(named)).rows).toEqual([{ factor: 1 }]);
    const id = await bench.apply(marked(2), before);
    await bench.step(id, 'promote', 'promoted');
    expect((await reader.query(named)).rows).toEqual([{ factor: 2 }]);
    await expect(reader.query(every)).rejects.toThrow('cached plan must not change result type');
    const { rows } = await reader.query({ ...every, name: 'every again' });
    expect(rows[0]).toMatchObject({ factor: 2 });
    expect(rows[0]).not.toHaveProperty('note');
  } finally {
    await reader.end();
  }
});
