import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadConfig } from '../../config/config.ts';
import { testAudits } from './viewTests.ts';

const TICKS = `-- Ticks: one row per place and id.
create table ticks (place varchar, id bigint, price double precision, primary key (place, id)) on conflict do nothing;`;

const PLACES = `-- Places: one row per place; its prices doubled.
-- grain: place
create materialized view places as select place, sum(twice(price)) as total from ticks group by place;`;

const TESTS = `view: places
tests:
  - name: doubles
    given: {ticks: [{place: a, id: 1, price: 2}]}
    expect: [{place: a, total: 4}]
  - name: expects too much
    given: {ticks: [{place: a, id: 1, price: 2}]}
    expect: [{place: a, total: 5}]
`;

const FILES: Readonly<Record<string, string>> = {
  'functions/twice.postgres.sql': `-- Twice a value.
create function twice(value double precision) returns double precision language sql as 'select value * 2';`,
  'landing/ticks.sql': TICKS,
  'candles/places.sql': PLACES,
  'tests/places.test.yaml': TESTS,
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickwave-audits-'));
  for (const [file, text] of Object.entries(FILES)) {
    const path = join(folder, 'sql', file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a version on another database is tested on an empty PostgreSQL, of which nothing stays', async () => {
  const silent = () => {};
  const terminal = { print: silent, say: silent, warn: silent, fail: silent, debug: silent };
  const context = {
    terminal: { ...terminal, interactive: false },
    config: () => loadConfig({ SQL_DIR: join(folder, 'sql'), DATA_DIR: join(folder, 'data') }, folder),
  };
  // Another database has another function of that name, which PostgreSQL could not make.
  const files = {
    'functions/twice.risingwave.sql': `-- Twice a value.
create function twice(value double precision) returns double precision language javascript as $$ return value * 2; $$;`,
    'landing/ticks.sql': TICKS,
    'candles/places.sql': PLACES,
  };
  const version = { state: 'built', oldFiles: {}, newFiles: files } as const;
  expect(await testAudits(context, { testUrl: null }, version)).toEqual([
    {
      ...{ view: 'places', audit: 'test', passed: false },
      detail: expect.stringMatching(/^expects too much: [\s\S]*5 → 4/),
    },
    { view: '', audit: 'test', passed: true, detail: '1 tests of sql/tests passed' },
  ]);
  expect(readdirSync(join(folder, 'data'))).toEqual([]);
});
