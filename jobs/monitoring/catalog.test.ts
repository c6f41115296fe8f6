import { expect, test } from '@jest/globals';
import { loadCatalog } from '../../engine/catalog/catalog.ts';
import { CALENDAR, PREDICTION } from './references.ts';

test('every input of models is in feature_nulls, and what is left out of drift is an input', async () => {
  const catalog = await loadCatalog('sql');
  const columns = catalog.get('training_set').columns.map(({ name }) => name);
  const inputs = columns.slice(columns.indexOf('horizon_minutes') + 1, columns.indexOf('forward_return'));
  const { text } = catalog.get('feature_nulls').statement;
  const listed = [...text.matchAll(/'(\w+)' as feature, (?:--.*\n\s*)?minutes,/g)].map(([, name]) => name);
  expect(listed).toEqual(inputs);
  expect(inputs).toEqual(expect.arrayContaining([...CALENDAR]));
  expect(inputs).not.toContain(PREDICTION);
});
