import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { SERVED } from '../../api/catalog.ts';
import { loadCatalog } from '../../engine/catalog/catalog.ts';

const { exposures } = parse(readFileSync(new URL('../models/exposures.yml', import.meta.url), 'utf8')) as {
  readonly exposures: readonly { readonly name: string; readonly depends_on: readonly string[] }[];
};

const readBy = (name: string): readonly string[] =>
  (exposures.find((each) => each.name === name)?.depends_on ?? []).map(
    (source) => /^source\('tickwave', '(\w+)'\)$/.exec(source)?.[1] ?? source,
  );

test('the exposure of the API is what the API reads', () => {
  expect([...readBy('api')].sort()).toEqual([...SERVED].sort());
});

test('what exposures name is in sql/', async () => {
  const catalog = await loadCatalog('sql');
  for (const { name } of exposures) {
    expect(readBy(name).length).toBeGreaterThan(2);
    for (const view of readBy(name)) expect([name, catalog.find(view)?.name]).toEqual([name, view]);
  }
});
