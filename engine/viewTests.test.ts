import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { buildCatalog, loadCatalog } from './catalog/catalog.ts';
import { ask } from './postgres/server/fixtures/harness.ts';
import { readTestFile, ViewTestFileError } from './viewTests/testFile.ts';
import { runViewTests } from './viewTests.ts';

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), 'tickwave-view-tests-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

const PRICES = new Map([
  [
    'landing/prices.sql',
    '-- Prices: one row per market and time.\n-- grain: market, at\ncreate table prices (market varchar, at timestamptz, price numeric, primary key (market, at));',
  ],
  [
    'candles/named.sql',
    '-- Plain: one row per price.\n-- grain: market, at\ncreate view named as select market, at, price::double precision as price from prices where price > 0;',
  ],
  [
    'candles/minutes.sql',
    "-- Minutes: one row per market and minute.\n-- grain: market, minute\n-- time: minute\ncreate materialized view minutes as\nselect market, date_trunc('minute', at) as minute, sum(price) as total, count(*) as prices, bool_or(price > 10) as high from named group by market, date_trunc('minute', at);",
  ],
]);

async function run(yaml: string) {
  await writeFile(join(folder, 'minutes.test.yaml'), yaml);
  return runViewTests({ url: database.url, catalog: buildCatalog(PRICES), folder });
}

const test1 = (given: string, expected: string): string =>
  `view: minutes\ntests:\n  - name: one\n    given:\n      named: [${given}]\n    expect: [${expected}]\n`;

describe('a view test', () => {
  test('passes by the columns it lists, in any order, with times as instants and numbers to their last digits', async () => {
    const results = await run(
      test1(
        "{market: b, at: '2026-01-01T00:01:30Z', price: 0.1}, {market: b, at: '2026-01-01T00:01:40Z', price: 0.2}, {market: a, at: '2026-01-01T00:00:00Z'}",
        "{minute: '2026-01-01T02:01:00+02:00', total: 0.3, high: false}, {market: a, total: null}",
      ),
    );
    expect(results).toEqual([
      expect.objectContaining({ view: 'minutes', name: 'one', line: 3, passed: true, message: '' }),
    ]);
  });

  test('a row that lists little leaves to another the only one that fits it', async () => {
    const [result] = await run(
      test1(
        "{market: a, at: '2026-01-01T00:00:00Z', price: 1}, {market: b, at: '2026-01-01T00:00:00Z', price: 2}",
        '{prices: 1}, {market: a}',
      ),
    );
    expect(result?.passed).toBe(true);
  });

  test('shows what is missing, unexpected and different, a row a line', async () => {
    const [result] = await run(
      test1(
        "{market: a, at: '2026-01-01T00:00:00Z', price: 1}, {market: b, at: '2026-01-01T00:00:00Z', price: 2}",
        '{market: a, total: 1.5, high: null}, {market: c, total: 2}',
      ),
    );
    expect(result?.message).toBe(
      [
        '   market  minute                  total    high',
        '~  a       2026-01-01 00:00:00+00  1.5 → 1  null → f',
        '-  c       ·                       2        ·',
        '+  b       2026-01-01 00:00:00+00  2        f',
      ].join('\n'),
    );
  });

  test('numbers of a relative difference above 1e-9 differ, and so do times by a microsecond', async () => {
    const given = "{market: a, at: '2026-01-01T00:00:00Z', price: 1}";
    expect((await run(test1(given, '{total: 1.0000000005}')))[0]?.passed).toBe(true);
    expect((await run(test1(given, '{total: 1.000000002}')))[0]?.passed).toBe(false);
    expect((await run(test1(given, "{minute: '2026-01-01T00:00:00.000001Z'}")))[0]?.passed).toBe(false);
  });

  test.each([
    [
      'a column that the view has not',
      '{market: a}',
      '{totl: 1}',
      "'minutes' has no column 'totl'; did you mean 'total'?",
    ],
    [
      'a column that the input has not',
      '{markt: a}',
      '',
      "'named' has no column 'markt'; did you mean 'market'?",
    ],
    [
      'a value that is not of its type',
      '{price: cheap}',
      '',
      'invalid input syntax for type double precision: "cheap"',
    ],
  ])('fails, and the others go on, over %s', async (_, given, expected, message) => {
    const good = '  - name: two\n    given: {}\n    expect: []\n';
    expect(await run(test1(given, expected) + good)).toMatchObject([
      { passed: false, message },
      { passed: true },
    ]);
  });

  test('fails over an input that the view does not read directly', async () => {
    const [result] = await run(test1('', '').replace('named:', 'prices:'));
    expect(result?.message).toBe("'minutes' does not read 'prices'; it reads named");
  });

  test('leaves nothing in the database', async () => {
    const rows = await ask(database.url, "select nspname from pg_namespace where nspname like 'view_test%'");
    expect(rows).toEqual([]);
  });
});

describe('a test file', () => {
  test.each([
    ['view: minutes\ntests:\n  - name: x\n    given: {}\n', 'minutes.test.yaml:3'],
    ['view: minutes\ntests: [\n', 'minutes.test.yaml:'],
    ['view: hours\ntests: [{name: x, given: {}, expect: []}]\n', 'rename it to hours.test.yaml'],
  ])('is refused with its place when it is not one: %j', (text, message) => {
    expect(() => readTestFile('minutes.test.yaml', text)).toThrow(ViewTestFileError);
    expect(() => readTestFile('minutes.test.yaml', text)).toThrow(message);
  });
});

test('every test of sql/tests passes, and every view has one', async () => {
  const catalog = await loadCatalog('sql');
  const results = await runViewTests({ url: database.url, catalog, folder: 'sql/tests' });
  const failed = results.filter((result) => !result.passed);
  expect(
    failed.map((result) => `${result.file}:${result.line}: ${result.name}\n${result.message}`).join('\n\n'),
  ).toBe('');
  const tested = new Set(results.map((result) => result.view));
  // Indicators are held against figures of other libraries instead.
  const views = catalog.objects
    .filter((object) => object.query && object.layer !== 'indicators')
    .map((object) => object.name);
  expect(views.filter((name) => !tested.has(name))).toEqual([]);
});
