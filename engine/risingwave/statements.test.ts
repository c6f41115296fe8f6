import { describe, expect, test } from '@jest/globals';
import { buildCatalog, loadCatalog, readSqlFolder } from '../catalog/catalog.ts';
import { recordStatement, UNTOLD, wantedObjects } from './deployed.ts';
import { missingStatements, risingwaveStatements } from './statements.ts';

const KAFKA = { KAFKA_BROKERS: 'redpanda:9092' };
const OWN = [
  'engine_deployed',
  'catalog',
  'catalog_columns',
  'catalog_lineage',
  'engine_files',
  'catalog_fingerprints',
];

/** Hashes change with every edit of a file of sql/: what they are of is what a review wants to see. */
const readable = (sql: string): string => sql.replace(/(['"])[0-9a-f]{16}\1/g, '$1…$1');

/** The catalog's rows say again what the files say: their beginning is enough. */
const short = (what: string, sql: string): string =>
  what === 'the catalog' || what === 'what columns mean' ? `${sql.slice(0, 400)} …` : sql;

describe('every statement for an empty RisingWave', () => {
  test('with Kafka, rights and subscriptions', async () => {
    const statements = risingwaveStatements(await loadCatalog('sql'), {
      environment: KAFKA,
      analyst: 'analyst',
      subscribed: ['candles_1m', 'features'],
    });
    expect(statements.map(({ what, sql }) => `${readable(short(what, sql))};`).join('\n')).toMatchSnapshot();
  });

  test('without Kafka tables have no connector and keep their first rows, and nothing is sent out', async () => {
    const statements = risingwaveStatements(await loadCatalog('sql'), { environment: {} });
    const text = statements.filter(({ makes }) => makes).map(({ sql }) => sql);
    expect(text.filter((sql) => /kafka|\$\{/i.test(sql))).toEqual([]);
    expect(text.find((sql) => sql.startsWith('create table trades'))).toMatch(/\) on conflict do nothing$/);
    expect(text.find((sql) => sql.startsWith('create table models'))).toMatch(/\)$/);
    expect(text.some((sql) => sql.startsWith('create sink'))).toBe(false);
  });

  test('a value with a quote stays a value', async () => {
    const statements = risingwaveStatements(await loadCatalog('sql'), {
      environment: { KAFKA_BROKERS: "x'; drop table trades; --" },
    });
    expect(statements.map(({ sql }) => sql).find((sql) => sql.startsWith('create table trades'))).toContain(
      "properties.bootstrap.server = 'x''; drop table trades; --'",
    );
  });

  test('each object comes after what it reads, and a view is waited for', async () => {
    const catalog = await loadCatalog('sql');
    const statements = risingwaveStatements(catalog, { environment: KAFKA });
    const position = new Map(statements.flatMap(({ makes }, index) => (makes ? [[makes.name, index]] : [])));
    for (const { name, kind, inputs, dialect } of catalog.objects) {
      if (dialect === 'postgres' || kind === 'function') continue;
      const at = position.get(name) ?? -1;
      for (const input of inputs) expect(position.get(input)).toBeLessThan(at);
      if (kind === 'materialized view') expect(statements[at + 1]?.sql).toBe('wait');
    }
  });
});

describe('where something is deployed', () => {
  test('as it is there is nothing to do', async () => {
    const catalog = await loadCatalog('sql');
    expect(missingStatements(catalog, { environment: KAFKA }, wantedObjects(catalog, KAFKA), OWN)).toEqual(
      [],
    );
  });

  test('what was begun and not done is made, with nothing before it', async () => {
    const catalog = await loadCatalog('sql');
    const deployed = wantedObjects(catalog, KAFKA);
    const features = deployed.get('features');
    if (!features) throw new Error('sql/ has no features');
    deployed.set('features', { ...features, state: 'begun' });
    const left = missingStatements(catalog, { environment: KAFKA }, deployed, OWN);
    expect(left.flatMap(({ makes }) => makes?.name ?? [])).toEqual(['features']);
  });

  test('what was made and not told of is told, and nothing built: whoever made it died before', async () => {
    const catalog = await loadCatalog('sql');
    const deployed = wantedObjects(catalog, {});
    const heartbeats = deployed.get('heartbeats');
    if (!heartbeats) throw new Error('sql/ has no heartbeats');
    deployed.set('heartbeats', { ...heartbeats, documentation: UNTOLD });
    const left = missingStatements(catalog, { environment: {}, analyst: 'analyst' }, deployed, OWN);
    expect(left.flatMap(({ makes }) => makes?.name ?? [])).toEqual([]);
    const sent = left.map(({ sql }) => sql);
    for (const begin of ['comment on table heartbeats', 'insert into engine_files', 'grant usage'])
      expect(sent.filter((sql) => sql.startsWith(begin))).toHaveLength(1);
    expect(sent.slice(-2)).toEqual([recordStatement([heartbeats], 'done'), 'flush']);
  });

  test('another explanation is told, and nothing built', async () => {
    const files = await readSqlFolder('sql');
    const deployed = wantedObjects(buildCatalog(files), {});
    const text = files.get('landing/heartbeats.sql') ?? '';
    files.set('landing/heartbeats.sql', text.replace('start of the minute', 'when the minute begins'));
    const left = missingStatements(buildCatalog(files), { environment: {} }, deployed, OWN);
    expect(left.flatMap(({ makes }) => makes?.name ?? [])).toEqual([]);
    expect(left.map(({ sql }) => readable(sql))).toEqual(
      expect.arrayContaining([
        "comment on column heartbeats.minute is 'when the minute begins'",
        "insert into engine_deployed values\n  ('heartbeats', 'table', '…', '…', 'done')",
      ]),
    );
  });
});
