import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { buildCatalog, readSqlFolder } from '../../../engine/catalog/catalog.ts';
import { Engine } from '../../../engine/engine.ts';
import { PlainCopy } from '../../../engine/postgres/plainCopy.ts';
import { type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { TrainingLimit } from '../../models/errors.ts';
import { landMarket } from '../testing/landMarket.ts';
import { findLeaks, type LeakKind, type LeakReport } from './findLeaks.ts';

const SEED = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const CUTS = Number(process.env.TEST_CUTS ?? 1);
const START = Date.UTC(2026, 0, 5);
const HOUR = 3_600_000;
const END = START + 23 * HOUR;

/** A score every seven minutes of the last five hours. */
const NEWS = `insert into news_scores (news_id, asset, model, score, scored_at)
  select 'n' || n, case when n % 3 = 0 then 'ETH' else 'BTC' end, 'lexicon', sin(n), $1::timestamptz - n * interval '7 minutes 13 seconds'
  from generate_series(1, 41) as n`;

let database: TestDatabase;
let client: pg.Client;
let files: ReadonlyMap<string, string>;

beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  files = new Map(await readSqlFolder('sql'));
  const catalog = buildCatalog(files);
  await landMarket({
    url: database.url,
    catalog,
    seed: 3,
    startMs: START,
    endMs: END,
    markets: 2,
    signal: 0,
    tradesFromMs: END - HOUR / 6,
  });
  await client.query(NEWS, [new Date(END).toISOString()]);
  await (await Engine.open({ url: database.url, catalog })).stop();
});

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

/** Looks for leaks, with the text of one file of sql/ as edited. */
function search(
  file: string,
  edit: (sql: string) => string,
  seed = SEED,
  mostRows = 200_000,
): Promise<LeakReport> {
  const recomputation = new PlainCopy(buildCatalog(new Map([...files, [file, edit(files.get(file) ?? '')]])));
  return findLeaks({ client, recomputation, seed, cuts: CUTS, mostRows });
}

/** The text with a part replaced, which has to be there. */
function replaced(sql: string, part: string, by: string): string {
  expect(sql).toContain(part);
  return sql.replaceAll(part, by);
}

/** Views and columns that leaked, found in this way. */
function leaked({ leaks }: LeakReport, kind: LeakKind): ReadonlyMap<string, readonly string[]> {
  return new Map(leaks.filter((leak) => leak.kind === kind).map(({ view, columns }) => [view, columns]));
}

describe(`the search for leaks (TEST_SEED=${SEED})`, () => {
  test('finds none in sql/, and looks at everything that training comes from', async () => {
    const report = await search('features/features.sql', (sql) => sql);
    expect(report.leaks).toEqual([]);
    expect(report.views).toEqual(
      expect.arrayContaining([
        'candles_1s',
        'candles_1h',
        'trend',
        'context',
        'features',
        'labels',
        'training_set',
      ]),
    );
    expect(report.cuts).toHaveLength(CUTS);
    expect(report.changed).toHaveLength(CUTS);
    expect(report.compared).toBeGreaterThan(50_000);
    const { rows } = await client.query("select nspname from pg_namespace where nspname like 'leaks%'");
    expect(rows).toEqual([]);
  });

  test("finds a feature that reads the next minute's close, by the cut and by one row", async () => {
    const report = await search(
      'features/features.sql',
      (sql) =>
        replaced(
          replaced(
            sql,
            'base.log_return, -- ',
            'ln((ahead.close / base.close)::double precision) as log_return, -- ',
          ),
          'from base\n',
          "from base\njoin candles_1m as ahead on ahead.exchange = base.exchange and ahead.symbol = base.symbol and ahead.window_start = base.window_start + interval '1 minute'\n",
        ),
      // With this seed a candle is changed and not the score of a story.
      2,
    );
    expect(report.changed[0]?.table).toBe('candles_imported');
    for (const kind of ['cut', 'changed', 'stored'] as const)
      expect(leaked(report, kind).get('features')).toContain('log_return');
    expect(leaked(report, 'cut').has('trend')).toBe(false);
    const sample = report.leaks.find(({ kind, view }) => kind === 'changed' && view === 'features')?.sample;
    expect(sample?.left?.log_return).not.toBe(sample?.right?.log_return);
  });

  test('finds a feature that reads the open window of a longer timeframe', async () => {
    const report = await search('features/features.sql', (sql) =>
      replaced(
        sql,
        "date_bin(interval '1 hour', base.window_start + interval '1 minute', '2000-01-01 00:00:00+00'::timestamptz) - interval '1 hour'",
        "date_bin(interval '1 hour', base.window_start, '2000-01-01 00:00:00+00'::timestamptz)",
      ),
    );
    const columns = leaked(report, 'cut').get('features') ?? [];
    expect(columns.filter((name) => name.endsWith('_1h')).length).toBeGreaterThan(0);
    expect(columns.filter((name) => !name.endsWith('_1h') && name !== 'complete')).toEqual([]);
  });

  test('finds a frame that looks ahead, in its view and in what reads it', async () => {
    const report = await search('features/news_signal.sql', (sql) =>
      replaced(
        sql,
        "'14 minutes' preceding and current row",
        "'14 minutes' preceding and interval '15 minutes' following",
      ),
    );
    expect([...leaked(report, 'cut').keys()]).toEqual(
      expect.arrayContaining(['news_signal', 'features', 'training_set']),
    );
    expect(leaked(report, 'cut').get('features')).toContain('news_count_15');
  });

  test('refuses to copy more rows than it may', async () => {
    await expect(search('features/features.sql', (sql) => sql, SEED, 10)).rejects.toThrow(TrainingLimit);
  });
});
