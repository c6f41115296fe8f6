import { expect, test } from '@jest/globals';
import { catalogOf } from '../../engine/versions/files.ts';
import { everyRefusal } from './refusals.ts';
import { standInCluster } from './standIn/standInCluster.ts';

const view = (name: string, query: string): Record<string, string> => ({
  [`candles/${name}.sql`]: `-- A view: one row per place.\n-- grain: place\ncreate materialized view ${name} as\n${query};`,
});

test('all that is refused is told, what comes after it too', async () => {
  const database = await standInCluster().empty();
  const catalog = catalogOf({
    'landing/ticks.sql':
      '-- Ticks: one row per place and id.\ncreate table ticks (\n  place varchar,\n  id bigint,\n  primary key (place, id)\n) on conflict do nothing;',
    ...view('bad', 'select place, corr(id, id) as c from ticks group by place'),
    ...view('worse', 'select place, c from bad'),
    ...view('good', 'select place, sum(id) as total from ticks group by place'),
    ...view('also_bad', 'select place, max_by(id, id) as c from ticks group by place'),
  });
  // The stand-in's flush looks for views that it was not given: that is its own.
  const refusals = async (): Promise<string[]> =>
    (await everyRefusal({ url: database.url, catalog, environment: {} }))
      .filter((text) => text.startsWith('materialized view'))
      .sort();
  const [refused, again] = [await refusals(), await refusals()];
  await database.drop();
  expect(refused.map((text) => text.split(' (create')[0])).toEqual([
    'materialized view also_bad',
    'materialized view bad',
    'materialized view worse',
  ]);
  expect(refused.join('\n')).toMatch(/create materialized view bad as\): .*corr is not there/);
  // What is there by now is no refusal.
  expect(again).toEqual(refused);
});
