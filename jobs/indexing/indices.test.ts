import { afterEach, expect, test } from '@jest/globals';
import type { PresentSource } from './columns.ts';
import { Indices } from './indices.ts';
import { endOf, generationOf, indexOf, mappingOf } from './template.ts';
import { StandIn } from './testing/standIn.ts';

const SOURCE: PresentSource = {
  ...{ name: 'predictions', relation: 'predictions', time: 'window_start', period: 'day' },
  key: ['symbol', 'window_start'],
  columns: [
    { name: 'symbol', type: 1043 },
    { name: 'window_start', type: 1184 },
    { name: 'predicted_price', type: 1700 },
    { name: 'late', type: 16 },
  ],
};
const MOMENT = Date.UTC(2026, 10, 21, 12);

let standIn: StandIn;
afterEach(() => standIn?.stop());

test('a mapping has the columns and nothing else, each with a type', () => {
  expect(mappingOf(SOURCE)).toEqual({
    dynamic: 'strict',
    properties: {
      symbol: { type: 'keyword', ignore_above: 1024 },
      window_start: { type: 'date_nanos' },
      predicted_price: { type: 'double' },
      late: { type: 'boolean' },
      '@timestamp': { type: 'date' },
      row_hash: { type: 'keyword', index: false, doc_values: false },
    },
  });
});

test('an index is named by source, mapping and time, and says when it is over', () => {
  const generation = generationOf(SOURCE);
  expect(indexOf(SOURCE, MOMENT)).toBe(`tickwave-predictions-${generation}-2026.11.21`);
  expect(indexOf({ ...SOURCE, period: 'month' }, MOMENT)).toMatch(/-2026\.11$/);
  expect(indexOf({ ...SOURCE, period: 'ever' }, MOMENT)).toMatch(/-all$/);
  expect(endOf(indexOf(SOURCE, MOMENT))).toBe(Date.UTC(2026, 10, 22));
  expect(endOf('tickwave-accuracy-12345678-2026.12')).toBe(Date.UTC(2027, 0, 1));
  expect(endOf('tickwave-models-12345678-all')).toBeNull();
  expect(generationOf({ ...SOURCE, columns: SOURCE.columns.slice(1) })).not.toBe(generation);
});

test('where there are lifecycles a policy is put and named; it deletes later than we do', async () => {
  standIn = await StandIn.start(({ method }) => ({
    status: 200,
    body: method === 'GET' ? [] : { acknowledged: true },
  }));
  await new Indices(standIn.client, 90).prepare(SOURCE);
  const [policy, template] = standIn.asked;
  expect(policy).toMatchObject({ method: 'PUT', path: '/_ilm/policy/tickwave-monitoring' });
  expect(JSON.parse(policy?.body ?? '').policy.phases.delete).toEqual({
    min_age: '121d',
    actions: { delete: {} },
  });
  expect(template).toMatchObject({ method: 'PUT', path: '/_index_template/tickwave-predictions' });
  const { settings, aliases } = JSON.parse(template?.body ?? '').template;
  expect(settings['index.lifecycle.name']).toBe('tickwave-monitoring');
  expect(aliases).toEqual({ 'tickwave-predictions': {} });
});

test('where there are none, templates name none; indices of another mapping go, those of others stay', async () => {
  const current = indexOf(SOURCE, MOMENT);
  const names = [current, 'tickwave-predictions-00000000-2026.11.20', 'tickwave-predictions-mine', 'other'];
  standIn = await StandIn.start(({ method, path }) => {
    if (path.startsWith('/_ilm')) return { status: 400, body: { error: 'no handler found', status: 400 } };
    return {
      status: 200,
      body: method === 'GET' ? names.map((index) => ({ index })) : { acknowledged: true },
    };
  });
  await new Indices(standIn.client, 90).prepare(SOURCE);
  expect(standIn.asked.some(({ body }) => body.includes('lifecycle.name'))).toBe(false);
  expect(
    standIn.asked.filter(({ method }) => method === 'DELETE').map(({ path }) => path.split('?')[0]),
  ).toEqual(['/tickwave-predictions-00000000-2026.11.20']);
});
