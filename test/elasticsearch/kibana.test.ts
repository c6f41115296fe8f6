import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { loadCatalog } from '../../engine/catalog/catalog.ts';
import { Engine } from '../../engine/engine.ts';
import { Indices } from '../../jobs/indexing/indices.ts';
import { SOURCES } from '../../jobs/indexing/source.ts';
import { presentSources } from '../../jobs/indexing/tables.ts';
import { aliasOf } from '../../jobs/indexing/template.ts';
import { testDatabase } from '../support/database.ts';
import { describeWithElasticsearch } from './describe.ts';
import { emptyIndex, NOW, RETENTION_DAYS } from './rig.ts';
import { FILES, filterOf, loadObjects, type SavedObject, searchOf } from './savedObjects.ts';

// What a dashboard names has to be in the index: its fields are the columns of sql/.

jest.setTimeout(600_000);

const loaded = loadCatalog('sql');

/** Every value of `field`, `timeFieldName` and the like, however deep, in JSON inside of JSON too. */
function fieldsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return /^[{[]/.test(value) ? fieldsIn(JSON.parse(value)) : [];
  if (Array.isArray(value)) return value.flatMap(fieldsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    /^(field|timeFieldName|sortField|key)$/.test(name) && typeof inner === 'string'
      ? [inner]
      : fieldsIn(inner),
  );
}

/** Fields that a filter in Kibana's language asks for, as `state : firing`. */
function fieldsOfFilter(text: string): readonly string[] {
  return [...text.matchAll(/(\w+) *:/g)].map(([, field = '']) => field);
}

/** The alias that a visualization reads. */
function aliasRead({ references }: SavedObject, objects: readonly SavedObject[]): string {
  const view = objects.find(({ type, id }) => type === 'index-pattern' && id === references[0]?.id);
  return String(view?.attributes.title);
}

test('there is a dashboard for each concern', () => {
  expect([...FILES].sort()).toEqual([
    'alerts.ndjson',
    'drift.ndjson',
    'errors.ndjson',
    'pipeline-health.ndjson',
    'prediction-quality.ndjson',
    'training.ndjson',
  ]);
});

test('all that is indexed is looked at', () => {
  const views = FILES.flatMap(loadObjects).filter(({ type }) => type === 'index-pattern');
  expect(views.map(({ attributes }) => attributes.title).sort()).toEqual(SOURCES.map(aliasOf).sort());
});

describe.each(FILES)('%s', (file) => {
  const objects = loadObjects(file);

  test('is whole: what is referred to comes along', () => {
    const known = new Set(objects.map(({ type, id }) => `${type} ${id}`));
    expect(known.size).toBe(objects.length);
    for (const { references } of objects)
      for (const { type, id } of references) expect([...known]).toContain(`${type} ${id}`);
    const [dashboard, second] = objects.filter(({ type }) => type === 'dashboard');
    expect(second).toBeUndefined();
    const panels = fieldsOfPanels(String(dashboard?.attributes.panelsJSON));
    expect(panels).toEqual(dashboard?.references.map(({ name }) => name));
  });

  test('names only fields that the index has', async () => {
    const catalog = await loaded;
    const columnsOf = (alias: string): readonly string[] => {
      const source = SOURCES.find((one) => aliasOf(one) === alias);
      if (source === undefined) throw new Error(`nothing is indexed as ${alias}`);
      return [...catalog.get(source.relation).columns.map(({ name }) => name), '@timestamp'];
    };
    let named = 0;
    for (const object of objects) {
      const { type, id, attributes } = object;
      if (type === 'dashboard') continue;
      const isView = type === 'index-pattern';
      const fields = [...fieldsIn(attributes), ...(isView ? [] : fieldsOfFilter(filterOf(object)))];
      expect([id, fields.length]).not.toEqual([id, 0]);
      for (const field of fields) {
        expect(columnsOf(isView ? String(attributes.title) : aliasRead(object, objects))).toContain(field);
        named++;
      }
    }
    expect(named).toBeGreaterThan(5);
  });
});

function fieldsOfPanels(panelsJSON: string): readonly string[] {
  return (JSON.parse(panelsJSON) as { readonly panelRefName: string }[]).map((panel) => panel.panelRefName);
}

describeWithElasticsearch('the searches of the dashboards, on the mappings of the whole catalog', (node) => {
  beforeAll(async () => {
    const { client } = node();
    await emptyIndex(client);
    const database = await testDatabase();
    const pool = new pg.Pool({ connectionString: database.url, max: 2 });
    await (await Engine.open({ url: database.url, catalog: await loaded })).stop();
    const indices = new Indices(client, RETENTION_DAYS);
    for (const source of await presentSources(pool)) {
      await indices.prepare(source);
      await indices.at(source, NOW);
    }
    await pool.end();
    await database.drop();
  });

  /** One that asks a text for its average, say, is refused. */
  test.each(
    FILES.flatMap((file) => {
      const objects = loadObjects(file);
      const found = objects.filter(({ type }) => type === 'visualization');
      return found.map((object) => ({ id: object.id, object, alias: aliasRead(object, objects) }));
    }),
  )('$id', async ({ object, alias }) => {
    const { _shards } = await node().client.search({ index: alias, ...searchOf(object) });
    expect([_shards.failed, _shards.successful]).toEqual([0, 1]);
  });

  test('this suite would notice', async () => {
    const text = { size: 0, aggs: { m0: { avg: { field: 'state' } } } };
    await expect(node().client.search({ index: 'tickwave-alerts', ...text })).rejects.toThrow(/keyword/);
    const missing = { size: 0, query: { query_string: { query: 'state:(' } } };
    await expect(node().client.search({ index: 'tickwave-alerts', ...missing })).rejects.toThrow();
  });
});
