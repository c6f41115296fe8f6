import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ViewDiff } from '../../versions/versions.ts';
import { compareVersions } from './compareVersions.ts';
import { Bench, catalogWith, FILES } from './testing/places.ts';

/** Minutes of some prices, and places with two doubles. */
const files = (minutes: string, where: string, places: string) => ({
  minutes: FILES.minutes
    ?.replace('sum(price) as total', minutes)
    .replace('at is not null', `at is not null and ${where}`),
  places: FILES.places?.replace('count(*) as ticks', places),
});
const BEFORE = files(
  'sum(price) as total',
  'price < 5',
  'count(*) as ticks, 100::float8 as near, 100::float8 as far',
);
const AFTER = files(
  'case when sum(price) > 3 then 10 * sum(price) else sum(price) end as total, count(*) as ticks',
  'price > 1',
  'count(*)::int as ticks, 100.0000000001::float8 as near, 100.001::float8 as far',
);
const KEY = FILES.changes?.replace('-- grain: place, minute', '-- grain: minute, place') ?? '';

let bench: Bench;

// One tick a minute, with the minute's number as its price: the old version has minutes 1 to 4, the new one 2 to 5. The newest is of the
// first place by name.
beforeAll(async () => {
  bench = await Bench.make();
  await bench.open(catalogWith(asTexts(BEFORE)));
  await bench.write(1, 5, '1 minute');
  await bench.client.query("update ticks set place = case when id = 5 then 'a' else 'b' end");
  await bench.apply({ ...asTexts(AFTER), changes: KEY }, asTexts(BEFORE));
});

afterAll(() => bench.remove());

function asTexts(some: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(some).map(([name, text]) => [name, text ?? '']));
}

async function compare(view: string, samples = 10): Promise<ViewDiff | undefined> {
  if (bench.engine === null) throw new TypeError('no engine');
  await bench.engine.refresh();
  const found = await compareVersions(bench.client, bench.engine.layout, { samples, views: [view] });
  expect(found.map((diff) => diff.view)).toEqual([view]);
  return found[0];
}

test('pairs rows by key: what only one has, what differs by column, the newest first', async () => {
  const at = (minute: number): string => `2026-01-01T00:0${minute}:00+00:00`;
  const row = (minute: number, more: Readonly<Record<string, number>>) => ({
    ...{ place: minute === 5 ? 'a' : 'b', minute: at(minute) },
    ...more,
  });
  expect(await compare('minutes')).toEqual({
    ...{ view: 'minutes', rows: { published: 4, other: 4 }, why: null },
    ...{ onlyPublished: 1, onlyOther: 1, differing: 1, byColumn: { total: 1 } },
    columns: { onlyPublished: [], onlyOther: ['ticks'] },
    samples: [
      { published: null, other: row(5, { total: 50, ticks: 1 }) },
      { published: row(4, { total: 4 }), other: row(4, { total: 40, ticks: 1 }) },
      { published: row(1, { total: 1 }), other: null },
    ],
  });
  expect((await compare('minutes', 1))?.samples).toHaveLength(1);
  expect((await compare('minutes', 0))?.samples).toEqual([]);
});

test('takes doubles that differ in their last digits for equal, and a number for itself whatever its type', async () => {
  const diff = await compare('places');
  expect(diff).toMatchObject({
    ...{ onlyPublished: 0, onlyOther: 0, differing: 2 },
    samples: ['b', 'a'].map((place) => ({
      ...{ published: { place, far: 100 }, other: { place, far: 100.001 } },
    })),
  });
  expect(diff?.byColumn).toEqual({ far: 2 });
});

test('says why rows of another key are not compared', async () => {
  expect(await compare('changes')).toMatchObject({
    ...{ rows: { published: 0, other: 4 }, onlyOther: 4 },
    why: 'its key changed, so there are no rows to pair',
  });
});
