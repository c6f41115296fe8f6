import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type TestApi, testApi } from '../fixtures/harness.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.stop());

// biome-ignore lint/suspicious/noExplicitAny: the test says what it expects of a row
async function rows(path: string): Promise<any[]> {
  const { status, body } = await api.get(path);
  expect([status, body]).toEqual([200, expect.objectContaining({ data: expect.any(Array) })]);
  return body.data;
}

/** All pages, by cursor. */
async function walk(path: string, limit: number): Promise<unknown[]> {
  const found: unknown[] = [];
  let cursor: string | null = null;
  do {
    const { body } = await api.get(`${path}&limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`);
    found.push(...body.data);
    cursor = body.next_cursor;
  } while (cursor !== null);
  return found;
}

describe('pages', () => {
  test.each([
    [
      '/v1/predictions/BTC-USD/history?order=asc',
      'predictions',
      'window_start, horizon_minutes, model, version',
    ],
    ['/v1/errors/BTC-USD?order=asc', 'prediction_errors', 'window_start, horizon_minutes, model, version'],
    ['/v1/news?order=asc', 'news', 'received_at, id'],
    ['/v1/news/scores?order=asc', 'news_scores', 'scored_at, news_id'],
    ['/v1/promotions?order=asc', 'promotions', 'decided_at'],
    ['/v1/models?order=asc', 'models', 'created_at'],
    ['/v1/gaps?order=asc', 'trade_gaps', 'detected_at'],
    ['/v1/drift?order=asc', 'drift_states', 'model, version, feature'],
    ['/v1/freshness?order=asc', 'freshness', 'exchange, symbol'],
    ['/v1/jobs?order=asc', 'job_runs', 'started_at'],
    ['/v1/alerts?order=asc', 'alerts', 'since, rule, subject, episode'],
    [
      '/v1/alerts/deliveries?order=asc',
      'alert_deliveries',
      'created_at, rule, subject, episode, event, destination',
    ],
    ['/v1/retraining?order=asc', 'retraining_decisions', 'decided_at, name, decision'],
    ['/v1/quality/nulls?order=asc', 'feature_nulls', 'exchange, symbol, feature'],
    ['/v1/quality/impossible-values?order=asc', 'impossible_values', 'source, exchange, symbol, problem'],
    ['/v1/quality/duplicates?order=asc', 'duplicate_rates', 'hour'],
    ['/v1/quality/dead-letters?order=asc', 'dead_letter_counts', 'source'],
    ['/v1/accuracy/BTC-USD?order=asc', 'accuracy_1h', 'hour, version'],
    ['/v1/accuracy/BTC-USD?period=1d&order=asc', 'accuracy_1d', 'day, version'],
  ])('%s walks every row once, in order, though many have the same time', async (path, table, order) => {
    const { rows: all } = await api.owner.query(`select * from ${table} order by ${order}`);
    const [asc, desc] = [await walk(path, 3), await walk(path.replace('order=asc', 'order=desc'), 7)];
    expect(asc).toHaveLength(all.length);
    expect(desc).toEqual([...asc].reverse());
    // Text and counts: times, JSON and floats are written another way.
    const names = Object.keys(all[0]).filter((name) => /^[^[{]*$/.test(text(all[0][name])));
    const pick = (row: unknown) => names.map((name) => text((row as Record<string, unknown>)[name]));
    expect(asc.map(pick)).toEqual(all.map(pick));
  });

  const text = (value: unknown): string => (typeof value === 'object' ? '[' : String(value));

  test('filters and columns', async () => {
    expect(
      await rows(
        '/v1/predictions/btc-usd/history?version=2&horizon=5&limit=1&fields=version,predicted_price',
      ),
    ).toEqual([{ version: 2, predicted_price: '68166.50' }]);
    expect(await rows('/v1/predictions/BTC-USD/history?horizon=15')).toEqual([]);
    expect(await rows('/v1/gaps?symbol=BTC-USD&status=detected&fields=from_id')).toEqual([{ from_id: 50 }]);
    expect(await rows('/v1/freshness?state=stale&fields=symbol')).toEqual([{ symbol: 'ETH/USD' }]);
    expect(await rows('/v1/jobs?kind=train&state=running&fields=run,progress')).toEqual([
      { run: 2, progress: 0.25 },
    ]);
    expect(await rows('/v1/quality/nulls?feature=news_score_15&fields=nulls,minutes')).toEqual([
      { nulls: 40, minutes: 100 },
    ]);
    expect(await rows('/v1/quality/duplicates?from=2024-06-01T01:00:00Z&fields=received')).toEqual([
      { received: 400 },
    ]);
    expect(await rows('/v1/alerts?state=firing&rule=lag&fields=subject,labels')).toEqual([
      { subject: 'exchange=kraken symbol=BTC/USD', labels: { symbol: 'BTC/USD' } },
      { subject: '', labels: { symbol: 'BTC/USD' } },
    ]);
    expect(
      await rows(
        '/v1/alerts/deliveries?destination=phone&state=failed&rule=lag&limit=1&fields=event,message',
      ),
    ).toEqual([{ event: 'resolved', message: { title: 'It is late' } }]);
    expect(
      await rows(
        '/v1/retraining?action=wait&name=return-5m&fields=decision,reasons&as_of=2024-06-01T01:00:00Z',
      ),
    ).toEqual([{ decision: 1, reasons: ['it drifted'] }]);
    expect(await rows('/v1/retraining?as_of=2024-06-01T00:09:00Z')).toEqual([]);
    expect(await rows('/v1/news?from=2024-06-01T00:03:00Z&to=2024-06-01T00:04:00Z&fields=id')).toEqual([
      { id: 'story-7' },
      { id: 'story-6' },
    ]);
    expect(await rows('/v1/news/scores?asset=btc&news_id=story-3&fields=score')).toEqual([{ score: 0.5 }]);
  });

  test('JSON that is stored as text is sent as JSON', async () => {
    expect(await rows('/v1/models?version=1&fields=parameters,metrics,feature_names')).toEqual([
      { parameters: { alpha: 1 }, metrics: { mae: 0.1 }, feature_names: ['rsi_14'] },
    ]);
    expect((await rows('/v1/promotions?limit=1'))[0].reasons).toEqual(['It beats champion.']);
  });

  test.each([
    ['/v1/models?version=0', 'bad_parameter'],
    ['/v1/models?version=99999999999', 'bad_parameter'],
    ['/v1/gaps?status=open', 'bad_parameter'],
    ['/v1/news?source=%00', 'bad_parameter'],
    ['/v1/jobs?as_of=2024-06-01', 'unknown_parameter'],
    ['/v1/accuracy/BTC-USD?as_of=2024-06-01', 'unknown_parameter'],
    ['/v1/errors/DOGE-USD', 'unknown_market'],
    ['/v1/errors/ETH-USD', 'exchange_required'],
    ['/v1/models?fields=secret', 'unknown_column'],
  ])('%s is %s', async (path, code) => {
    expect((await api.get(path)).body).toMatchObject({ code });
  });

  test('a cursor whose values were changed is refused before the database sees them', async () => {
    const { body } = await api.get('/v1/models?limit=1');
    const cursor = JSON.parse(Buffer.from(body.next_cursor, 'base64url').toString());
    for (const after of [
      [],
      ['x', 'a', 1],
      [cursor.after[0], 'a', 'b'],
      [cursor.after[0], 'a', 2 ** 40],
      ['a\0', 'a', 1],
    ]) {
      const changed = Buffer.from(JSON.stringify({ ...cursor, after })).toString('base64url');
      expect((await api.get(`/v1/models?limit=1&cursor=${changed}`)).body.code).toBe('bad_cursor');
    }
  });
});

describe('as it was known then', () => {
  test('predictions that had been made', async () => {
    const then = await rows(
      '/v1/predictions/BTC-USD/history?as_of=2024-06-01T00:10:30Z&version=1&fields=window_start',
    );
    expect(then[0]).toEqual({ window_start: '2024-06-01T00:09:00Z' });
    expect(then).toHaveLength(10);
  });

  test('errors of predictions whose horizon was over', async () => {
    const then = await rows('/v1/errors/BTC-USD?as_of=2024-06-01T00:10:30Z&version=1&fields=window_start');
    expect(then[0]).toEqual({ window_start: '2024-06-01T00:04:00Z' });
  });

  test.each([
    ['2024-05-30T00:30:00Z', [[1, null]]],
    ['2024-05-30T02:00:00Z', [[1, 'champion']]],
    [
      '2024-06-01T00:45:00Z',
      [
        [2, 'challenger'],
        [1, 'champion'],
      ],
    ],
    [
      '2024-06-01T01:00:00Z',
      [
        [2, 'champion'],
        [1, null],
      ],
    ],
  ])('models and what they served as at %s', async (at, expected) => {
    const found = await rows(`/v1/models?as_of=${at}&fields=version,alias`);
    expect(found.map(({ version, alias }) => [version, alias])).toEqual(expected);
  });

  test('a hole that was closed later is open, also to a filter', async () => {
    const path = '/v1/gaps?fields=from_id,status,repaired,closed_at';
    expect(await rows(`${path}&as_of=2024-06-01T00:15:00Z`)).toEqual([
      { from_id: 10, status: 'detected', repaired: null, closed_at: null },
    ]);
    expect(await rows(`${path}&as_of=2024-06-01T00:15:00Z&status=repaired`)).toEqual([]);
    expect(await rows(`${path}&status=repaired`)).toHaveLength(1);
  });

  test('scores and stories', async () => {
    expect(await rows('/v1/news?as_of=2024-06-01T00:01:00Z')).toHaveLength(4);
    expect(await rows('/v1/news/scores?as_of=2024-06-01T00:01:00Z')).toHaveLength(2);
  });

  test('windows that were closed, by the time of the market', async () => {
    const last = async (path: string): Promise<unknown> => (await rows(`${path}&limit=1`))[0]?.window_start;
    const candles = '/v1/candles/BTC-USD?fields=window_start';
    expect(await last(`${candles}&as_of=2024-06-01T01:00:05Z`)).toBe('2024-06-01T00:59:00Z');
    expect(await last(`${candles}&as_of=2024-06-01T01:00:04.999Z`)).toBe('2024-06-01T00:58:00Z');
    expect(await last(`${candles}&timeframe=5m&as_of=2024-06-01T01:00:06Z`)).toBe('2024-06-01T00:55:00Z');
    // Closed by now, not by the clock: the market has come to 01:39:58 only.
    expect(await last(`${candles}&as_of=2024-06-01T01:59:00Z`)).toBe('2024-06-01T01:38:00Z');
    expect(await last('/v1/features/BTC-USD?fields=window_start&as_of=2024-06-01')).toBeUndefined();
  });

  test('what is still to come, nobody knows', async () => {
    const { body } = await api.get('/v1/models?as_of=2024-06-01T02:00:01Z');
    expect(body).toMatchObject({
      code: 'bad_parameter',
      field: 'as_of',
      detail: expect.stringContaining('still to come'),
    });
  });
});
