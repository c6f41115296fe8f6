import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { buildCatalog, readSqlFolder } from '../../../engine/catalog/catalog.ts';
import { Engine } from '../../../engine/engine.ts';
import { PlainCopy } from '../../../engine/postgres/plainCopy.ts';
import { type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { TrainingLimit } from '../../models/errors.ts';
import { landMarket } from '../testing/landMarket.ts';
import { findLeaks, type LeakKind, type LeakReport } from './findLeaks.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const CUTS = Number(process.env.TEST_CUTS ?? 1);
const START = Date.UTC(2026, 0, 5);
const HOUR = 3_600_000;
const END = START + 22.5 * HOUR;

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
    markets: 1,
    signal: 0,
    tradesFromMs: END - HOUR / 6,
  });
  await client.query(NEWS, [new Date(END).toISOString()]);
  await (await Engine.open({ url: database.url, catalog })).stop();
}, 600_000);

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

/** Looks for leaks in sql/ with some of its files edited. */
function search(
  edits: Readonly<Record<string, (sql: string) => string>>,
  seed = SEED,
  mostRows = 200_000,
): Promise<LeakReport> {
  const edited = Object.entries(edits).map(([file, edit]) => [file, edit(files.get(file) ?? '')] as const);
  const recomputation = new PlainCopy(buildCatalog(new Map([...files, ...edited])));
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

/** Takes the return of the next minute, and of hours the one that is open. */
function leakyFeatures(sql: string): string {
  const ahead =
    "left join candles_1m as ahead on ahead.exchange = base.exchange and ahead.symbol = base.symbol and ahead.window_start = base.window_start + interval '1 minute'";
  const next = replaced(
    sql,
    'base.log_return, -- ',
    'ln((ahead.close / base.close)::double precision) as log_return, -- ',
  );
  return replaced(
    replaced(next, 'from base\n', `from base\n${ahead}\n`),
    "date_bin(interval '1 hour', base.window_start + interval '1 minute', '2000-01-01 00:00:00+00'::timestamptz) - interval '1 hour'",
    "date_bin(interval '1 hour', base.window_start, '2000-01-01 00:00:00+00'::timestamptz)",
  );
}

/** Counts stories of the next quarter of an hour. */
function leakyNews(sql: string): string {
  const [back, ahead] = ["'14 minutes' preceding", "interval '15 minutes' following"];
  return replaced(sql, `${back} and current row`, `${back} and ${ahead}`);
}

describe(`the search for leaks (SEED=${SEED})`, () => {
  test('finds none in sql/, and looks at everything that training comes from', async () => {
    const report = await search({});
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
    expect(report.compared).toBeGreaterThan(20_000);
    const { rows } = await client.query("select nspname from pg_namespace where nspname like 'leaks%'");
    expect(rows).toEqual([]);
  });

  test('finds the next minute, the open hour and a frame that looks ahead, where they were planted and nowhere else', async () => {
    // With this seed a candle is changed and not the score of a story.
    const report = await search(
      { 'features/features.sql': leakyFeatures, 'features/news_signal.sql': leakyNews },
      2,
    );
    expect(report.changed[0]?.table).toBe('candles_imported');
    for (const kind of ['stored', 'cut', 'changed'] as const)
      expect(leaked(report, kind).get('features')).toContain('log_return');
    const columns = leaked(report, 'cut').get('features') ?? [];
    expect(columns.filter((name) => name.endsWith('_1h')).length).toBeGreaterThan(0);
    expect(columns).toContain('news_count_15');
    const known = /^(log_return|complete|.*_1h|news_(count|score)_15)$/;
    expect(columns.filter((name) => !known.test(name))).toEqual([]);
    expect([...leaked(report, 'cut').keys()].sort()).toEqual(['features', 'news_signal', 'training_set']);
    const sample = report.leaks.find(({ kind, view }) => kind === 'changed' && view === 'features')?.sample;
    expect(sample?.left?.window_start).toBe(sample?.right?.window_start);
    expect(sample?.left).not.toEqual(sample?.right);
  });

  test('refuses to copy more rows than it may', async () => {
    await expect(search({}, SEED, 10)).rejects.toThrow(TrainingLimit);
  });
});
