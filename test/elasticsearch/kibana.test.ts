import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { loadCatalog } from '../../engine/catalog/catalog.ts';
import { SOURCES } from '../../jobs/indexing/source.ts';
import { aliasOf } from '../../jobs/indexing/template.ts';

// What a dashboard names has to be in the index: its fields are the columns of sql/.

interface SavedObject {
  readonly id: string;
  readonly type: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly references: readonly { readonly name: string; readonly type: string; readonly id: string }[];
}

const folder = new URL('../../k8s/monitoring/kibana/', import.meta.url);
const loaded = loadCatalog('sql');
const files = readdirSync(folder).filter((name) => name.endsWith('.ndjson'));

function load(file: string): readonly SavedObject[] {
  const lines = readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as SavedObject);
}

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

test('there is a dashboard for each concern', () => {
  expect(files.sort()).toEqual([
    'errors.ndjson',
    'pipeline-health.ndjson',
    'prediction-quality.ndjson',
    'training.ndjson',
  ]);
});

describe.each(files)('%s', (file) => {
  const objects = load(file);

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
    const views = new Map(
      objects.filter(({ type }) => type === 'index-pattern').map(({ id, attributes }) => [id, attributes]),
    );
    let named = 0;
    for (const { type, id, attributes, references } of objects) {
      const view = type === 'index-pattern' ? attributes : views.get(references[0]?.id ?? '');
      const fields = fieldsIn(attributes);
      if (type === 'dashboard') continue;
      expect([id, fields.length]).not.toEqual([id, 0]);
      for (const field of fields) {
        expect(columnsOf(String(view?.title))).toContain(field);
        named++;
      }
    }
    expect(named).toBeGreaterThan(5);
  });
});

function fieldsOfPanels(panelsJSON: string): readonly string[] {
  return (JSON.parse(panelsJSON) as { readonly panelRefName: string }[]).map((panel) => panel.panelRefName);
}
