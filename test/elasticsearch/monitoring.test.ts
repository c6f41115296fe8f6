import type { Client } from '@elastic/elasticsearch';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type TestApi, testApi } from '../../api/fixtures/harness.ts';
import { KINDS, type KindName, kindOf } from '../../api/monitoring/kind.ts';
import { monitoringRoutes } from '../../api/monitoring/routes.ts';
import { Indexer } from '../../jobs/indexing/indexer.ts';
import { SOURCES } from '../../jobs/indexing/source.ts';
import { ManualClock } from '../support/manualClock.ts';
import { describeWithElasticsearch } from './describe.ts';
import { emptyIndex, NOW, RETENTION_DAYS, TABLES } from './rig.ts';

// One suite, both stores: what the tables answer, the index has to answer too.

jest.setTimeout(600_000);

/** Ten hours of two markets and two models; times differ by microseconds, names need the order of bytes. */
const ROWS = `
insert into predictions (exchange, symbol, window_start, horizon_minutes, model, version, base_price, predicted_price, predicted_return, made_at, late)
select 'kraken', symbol, at, 5, model, 1, 100.10, 100.10 + n, 0.0125 * n, at + interval '61.000001 s' + n * interval '1 microsecond', n % 7 = 0
from generate_series(0, 119) as n, unnest(array['BTC/USD', 'ETH/USD']) as symbol, unnest(array['return-5m', 'Zebra', 'ärger']) as model,
  lateral (select timestamptz '2026-11-21 12:25:00+00' - n * interval '5 minutes' as at) as of;
insert into prediction_errors (exchange, symbol, window_start, horizon_minutes, model, version, predicted_price, realised_price, error, made_at)
select exchange, symbol, window_start, horizon_minutes, model, version, predicted_price, 150, predicted_price - 150, made_at from predictions;
insert into accuracy_1h (exchange, symbol, horizon_minutes, model, version, hour, predictions, absolute_return_error_sum, persistence_absolute_return_error_sum,
  moves, direction_hits, intervals, interval_hits, mae, skill)
select exchange, symbol, 5, model, 1, date_trunc('hour', window_start), count(*), 0.25 * count(*), 0.5 * count(*), count(*), count(*) / 2, 0, 0, 0.25, 0.5
from predictions group by exchange, symbol, model, date_trunc('hour', window_start);
insert into models (name, version, alias, algorithm, horizon_minutes, metrics, created_at) values
  ('return-5m', 1, null, 'ridge', 5, '{"mae":0.1}', '2025-01-01 00:00:00.123456+00'), ('return-5m', 2, 'champion', 'xgboost', 5, '{}', '2026-11-20 00:00:00+00');
insert into promotions (name, decision, version, action, alias, decided_at) values
  ('return-5m', 1, 1, 'promote', 'champion', '2025-01-02 00:00:00+00'), ('return-5m', 2, 2, 'promote', 'champion', '2026-11-20 01:00:00+00');
insert into job_runs (kind, run, state, progress, started_at) values
  ('train', 1, 'failed', 0.5, '2026-11-20 00:00:00+00'), ('train', 2, 'done', 1, '2026-11-21 00:00:00+00'), ('tidy', 1, 'done', 1, '2026-11-21 00:00:00+00');
insert into pipeline_health (sampled_at, exchange, symbol, state, seconds_since_event, open_gaps)
select timestamptz '2026-11-21 12:00:00+00' + n * interval '1 minute', 'kraken', 'BTC/USD', case when n < 3 then 'stale' else 'live' end, 400 - 100.5 * n, n
from generate_series(0, 9) as n;
insert into alerts (rule, subject, episode, severity, state, value, threshold, labels, since, fired_at, resolved_at, evaluated_at, told)
select rule, 'exchange=kraken symbol=' || symbol, episode, 'critical', case episode when 2 then 'firing' else 'resolved' end, 300.5, 240,
  json_build_object('exchange', 'kraken', 'symbol', symbol)::text, at, at + interval '1 minute', case episode when 1 then at + interval '5 minutes' end, at + interval '6 minutes', 'firing'
from unnest(array['feed-stale', 'Zebra']) as rule, unnest(array['BTC/USD', 'ETH/USD']) as symbol, generate_series(1, 2) as episode,
  lateral (select timestamptz '2026-11-21 09:00:00.000001+00' + episode * interval '1 hour' as at) as of;
insert into drift_checks (model, version, feature, checked_through, observations, psi, adjusted_psi, ks, state, streak, checked_at)
select 'return-5m', 1, feature, at, 1440, 0.1 * n, 0.05 * n, 0.25, (array['ok', 'warning', 'drifted'])[n], n, at + interval '90 seconds'
from generate_series(1, 3) as n, unnest(array['rsi_14', 'ema_26', 'predicted_return']) as feature,
  lateral (select timestamptz '2026-11-21 09:00:00+00' + n * interval '1 hour' as at) as of;
insert into retraining_decisions (name, decision, version, action, reasons, evidence, judged_through, decided_at) values
  ('return-5m', 1, 1, 'wait', '["The last training is too recent."]', '{"skill":-0.02}', '2025-06-01 00:00:00+00', '2025-06-01 00:01:00+00'),
  ('return-5m', 2, 1, 'retrain', '["Its skill is lost."]', '{"skill":-0.03}', '2026-11-19 00:00:00+00', '2026-11-19 00:01:00+00');`;

const DAY_AGO = '2026-11-20T12:30:00Z';
const kinds = Object.keys(KINDS) as KindName[];

test('what can be asked for is what is indexed', () => {
  const indexed = SOURCES.map(({ name, relation, time, key, period, only }) => ({
    ...{ name, relation, time, key: [...key].sort(), kept: period === 'ever', only: only ?? null },
  }));
  const asked = kinds.map((name) => {
    const { view, key, kept, only } = kindOf(name);
    const columns = [...key.map((column) => column.name), ...(only === undefined ? [] : [only.column])];
    const named = SOURCES.find((source) => source.name === name)?.key ?? [];
    return {
      ...{ name, relation: view, time: key[0].name, kept },
      key: columns.filter((column) => named.includes(column)).sort(),
      only: only === undefined ? null : `${only.column} = '${only.value}'`,
    };
  });
  expect(asked).toEqual(indexed);
});

/** The suite, on whatever answers. */
function answersAs(store: 'tables' | 'elasticsearch', api: () => TestApi): void {
  // biome-ignore lint/suspicious/noExplicitAny: the test says what it expects of an answer
  async function get(path: string): Promise<any> {
    const { status, headers, body } = await api().get(`/v1/monitoring/${path}`);
    const said = headers.get('tickwave-store');
    expect([path, status, body?.store, said]).toEqual([path, 200, store, store]);
    return body;
  }

  test.each([
    ['predictions', 720],
    ['errors', 720],
    ['accuracy', 66],
    ['training-runs', 2],
    ['models', 2],
    ['decisions', 2],
    ['health', 10],
    ['alerts', 8],
    ['drift-checks', 9],
    ['retraining', 2],
  ])('%s: pages have every row once, in both orders, as the table has them', async (kind, count) => {
    const { view, only } = kindOf(kind as KindName);
    const where = only === undefined ? '' : `where ${only.column} = '${only.value}'`;
    const { rows } = await api().owner.query(
      `select to_jsonb(t)::text as row from (select * from ${view} ${where}) as t`,
    );
    expect(rows).toHaveLength(count);
    const pages: unknown[][] = [];
    for (const order of ['asc', 'desc']) {
      const found: Record<string, unknown>[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const more = cursor === '' ? '' : `&cursor=${cursor}`;
        const page = await get(
          `${kind}?from=${fromOf(kind)}&order=${order}&limit=${Math.ceil(count / 3)}${more}`,
        );
        found.push(...page.data);
        cursor = page.next_cursor;
      }
      pages.push(found);
    }
    expect(pages[0]).toEqual([...(pages[1] ?? [])].reverse());
    const wanted = rows.map(({ row }) => loose(JSON.parse(row)));
    expect((pages[0] ?? []).map(loose).sort()).toEqual(wanted.sort());
  });

  test('filters, ranges and columns', async () => {
    const { data } = await get(
      `predictions?from=2026-11-21T12:00:00Z&to=2026-11-21T12:25:00Z&symbol=btc-usd&model=Zebra&fields=window_start,predicted_price,made_at&order=asc`,
    );
    expect(data).toEqual([
      {
        window_start: '2026-11-21T12:00:00Z',
        predicted_price: '105.10',
        made_at: '2026-11-21T12:01:01.000006Z',
      },
      {
        window_start: '2026-11-21T12:05:00Z',
        predicted_price: '104.10',
        made_at: '2026-11-21T12:06:01.000005Z',
      },
      {
        window_start: '2026-11-21T12:10:00Z',
        predicted_price: '103.10',
        made_at: '2026-11-21T12:11:01.000004Z',
      },
      {
        window_start: '2026-11-21T12:15:00Z',
        predicted_price: '102.10',
        made_at: '2026-11-21T12:16:01.000003Z',
      },
      {
        window_start: '2026-11-21T12:20:00Z',
        predicted_price: '101.10',
        made_at: '2026-11-21T12:21:01.000002Z',
      },
    ]);
    expect((await get(`health?from=${DAY_AGO}&state=stale`)).data).toHaveLength(3);
    expect((await get('models?alias=champion&fields=version')).data).toEqual([{ version: 2 }]);
    expect((await get('training-runs?state=failed&fields=run')).data).toEqual([{ run: 1 }]);
    expect((await get(`predictions?from=${DAY_AGO}&model=nobody`)).data).toEqual([]);
    const firing = await get(`alerts?from=${DAY_AGO}&state=firing&rule=feed-stale&order=asc`);
    expect(firing.data.map(({ subject }: { subject: string }) => subject)).toEqual([
      'exchange=kraken symbol=BTC/USD',
      'exchange=kraken symbol=ETH/USD',
    ]);
    const drifted = await get(
      `drift-checks?from=${DAY_AGO}&state=drifted&feature=rsi_14&fields=psi,checked_through`,
    );
    expect(drifted.data).toEqual([{ psi: expect.closeTo(0.3, 12), checked_through: '2026-11-21T12:00:00Z' }]);
    expect((await get('retraining?action=retrain&fields=reasons')).data).toEqual([
      { reasons: '["Its skill is lost."]' },
    ]);
  });

  test('rows of one time are ordered by the bytes of their names', async () => {
    const { data } = await get('errors?from=2026-11-21T12:25:00Z&order=asc&fields=symbol,model');
    expect(data.map(({ symbol, model }: { symbol: string; model: string }) => `${symbol} ${model}`)).toEqual([
      ...['BTC/USD Zebra', 'BTC/USD return-5m', 'BTC/USD ärger'],
      ...['ETH/USD Zebra', 'ETH/USD return-5m', 'ETH/USD ärger'],
    ]);
  });

  test('skill over time', async () => {
    const hours = await get(`skill?from=${DAY_AGO}&symbol=BTC-USD`);
    expect(hours.data).toHaveLength(11);
    expect(hours.data.at(-1)).toMatchObject({
      start: '2026-11-21T12:00:00.000Z',
      predictions: 18,
      skill: 0.5,
      mae: 0.25,
    });
    expect(hours.data.at(-1)).toMatchObject({
      persistence_mae: 0.5,
      directional_accuracy: 0.5,
      interval_coverage: null,
    });
    const days = await get(`skill?from=2026-11-20T00:00:00Z&interval=1d&model=Zebra`);
    expect(days.data).toMatchObject([{ start: '2026-11-21T00:00:00.000Z', predictions: 240, skill: 0.5 }]);
  });

  test('percentiles of errors', async () => {
    const { count, percentiles } = await get(`error-percentiles?from=${DAY_AGO}&symbol=BTC-USD&model=Zebra`);
    expect(count).toBe(120);
    // Errors go from -49.9 to 69.1 in steps of one; the index may be off by a step.
    const exact = [1, 5, 25, 50, 75, 95, 99].map((percent) => -49.9 + (119 * percent) / 100);
    for (const [index, { error }] of percentiles.entries())
      expect(Math.abs(error - (exact[index] ?? 0))).toBeLessThanOrEqual(store === 'tables' ? 1e-9 : 1);
    const none = await get(`error-percentiles?from=${DAY_AGO}&model=nobody`);
    expect([none.count, none.percentiles[0].error]).toEqual([0, null]);
  });

  test('counts', async () => {
    const { data } = await get(`counts?kind=predictions&from=2026-11-21T10:00:00Z`);
    expect(data).toEqual([
      { start: '2026-11-21T10:00:00.000Z', count: 72 },
      { start: '2026-11-21T11:00:00.000Z', count: 72 },
      { start: '2026-11-21T12:00:00.000Z', count: 36 },
    ]);
    expect((await get(`counts?kind=training-runs&interval=1d&from=2026-11-01`)).data).toHaveLength(2);
    expect((await get(`counts?kind=alerts&from=${DAY_AGO}`)).data).toEqual([
      { start: '2026-11-21T10:00:00.000Z', count: 4 },
      { start: '2026-11-21T11:00:00.000Z', count: 4 },
    ]);
  });

  test('what is asked wrongly is said', async () => {
    const refused: [string, string][] = [
      ['predictions?limit=0', 'bad_parameter'],
      ['predictions?colour=red', 'unknown_parameter'],
      ['predictions?fields=colour', 'unknown_column'],
      ['predictions?cursor=abc', 'bad_cursor'],
      ['skill', 'bad_parameter'],
      ['counts?kind=predictions&from=2020-01-01', 'bad_parameter'],
    ];
    for (const [path, code] of refused) {
      const { status, body } = await api().get(`/v1/monitoring/${path}`);
      expect([path, status, body.code]).toEqual([path, 400, code]);
    }
  });
}

/** Kinds that age are only asked of the index within the retention. */
function fromOf(kind: string): string {
  return kindOf(kind as KindName).kept ? '2020-01-01T00:00:00Z' : '2026-11-20T12:30:00Z';
}

/** A row whatever its numbers are written as, and its times. */
function loose(row: unknown): string {
  const entries = Object.entries(row as Record<string, unknown>).map(([name, value]) => {
    if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value))
      return [name, value.replace('+00:00', 'Z')];
    return [name, typeof value === 'string' && /^-?[\d.]+$/.test(value) ? Number(value) : value];
  });
  return JSON.stringify(entries.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
}

describe('monitoring from the tables', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await testApi({ routes: monitoringRoutes(null, { now: () => NOW }) }, TABLES + ROWS);
    api.time = NOW;
  });
  afterAll(() => api.stop());
  answersAs('tables', () => api);
});

describeWithElasticsearch('monitoring from the index', (node) => {
  let api: TestApi;
  let client: Client;
  let complete = true;
  const clock = new ManualClock(NOW);
  beforeAll(async () => {
    client = node().client;
    await emptyIndex(client);
    const index = { client, retentionDays: RETENTION_DAYS, complete: () => complete };
    api = await testApi({ routes: monitoringRoutes(index, clock) }, TABLES + ROWS);
    api.time = NOW;
    const options = { pool: api.owner, client, url: node().url, clock, retentionDays: 10_000 };
    const indexer = new Indexer(options);
    await indexer.pass(new AbortController().signal);
    await indexer.close();
    await client.indices.refresh({ index: 'tickwave-*' });
  });
  afterAll(() => api.stop());
  answersAs('elasticsearch', () => api);

  async function storeOf(path: string): Promise<string> {
    const { status, body } = await api.get(`/v1/monitoring/${path}`);
    expect(status).toBe(200);
    return body.store;
  }

  test('the tables answer what the index does not keep, and while it is being filled', async () => {
    expect(await storeOf(`errors?from=${DAY_AGO}`)).toBe('elasticsearch');
    expect(await storeOf('errors?from=2026-01-01')).toBe('tables');
    expect(await storeOf('errors')).toBe('tables');
    complete = false;
    expect(await storeOf(`errors?from=${DAY_AGO}`)).toBe('tables');
    complete = true;
  });

  test('the tables answer while it is away, with the same cursor', async () => {
    const path = `predictions?from=${DAY_AGO}&limit=200`;
    const first = (await api.get(`/v1/monitoring/${path}`)).body;
    expect(first.store).toBe('elasticsearch');
    const second = (await api.get(`/v1/monitoring/${path}&cursor=${first.next_cursor}`)).body;
    await node().kill();
    const instead = (await api.get(`/v1/monitoring/${path}&cursor=${first.next_cursor}`)).body;
    expect(instead).toEqual({ ...second, store: 'tables' });
    expect(api.log.some(({ msg }) => msg === 'the monitoring index does not answer; the tables do')).toBe(
      true,
    );
    await node().run();
    expect(await storeOf(path)).toBe('tables');
    void clock.sleep(5_001);
    clock.wakeNext();
    expect(await storeOf(path)).toBe('elasticsearch');
  });
});
