import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Rig, streamRig } from './fixtures/rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await streamRig();
});
afterAll(() => rig.stop());

const subscribe = (params: Readonly<Record<string, unknown>>) => ({ method: 'subscribe', params });

test('it says hello, answers ping, and beats when nothing happens', async () => {
  const peer = await rig.connect();
  expect(await peer.message((one) => one.channel === 'status')).toMatchObject({
    type: 'update',
    data: [{ system: 'online', api_version: 'v1', authenticated: true }],
  });
  const [pong] = await peer.ask({ method: 'ping' });
  expect(pong).toMatchObject({ method: 'pong', time_in: expect.any(String), time_out: expect.any(String) });
  expect(await peer.message((one) => one.channel === 'heartbeat')).toEqual({ channel: 'heartbeat' });
});

test('a subscription is confirmed, then comes the snapshot, then what changes, then no more', async () => {
  const peer = await rig.connect();
  const params = { channel: 'candle', symbol: ['BTC/USD'], timeframe: '5m', snapshot: true };
  const [answer] = await peer.ask(subscribe(params));
  expect(answer).toMatchObject({
    method: 'subscribe',
    success: true,
    result: { channel: 'candle', exchange: 'kraken', symbol: 'BTC/USD', timeframe: '5m', snapshot: true },
  });
  const snapshot = await peer.message((one) => one.type === 'snapshot');
  expect(snapshot.data).toHaveLength(10);
  expect(snapshot.data[9]).toEqual({
    ...{ timeframe: '5m', exchange: 'kraken', symbol: 'BTC/USD', window_start: '2026-06-01T00:45:00Z' },
    ...{ close: '109', trades: 9 },
  });
  await change(
    "update candles set close = 109.5 where symbol = 'BTC/USD' and window_start = '2026-06-01 00:45Z'",
  );
  const update = await peer.message((one) => one.type === 'update' && one.channel === 'candle');
  // The 1m candle of the same time changed too, and was not asked for.
  expect(update).toEqual({
    ...{ channel: 'candle', type: 'update', cursor: expect.any(String) },
    data: [{ ...snapshot.data[9], close: '109.5' }],
  });
  expect(
    await peer.ask({
      method: 'unsubscribe',
      params: { channel: 'candle', symbol: 'BTC-USD', timeframe: '5m' },
    }),
  ).toMatchObject([{ success: true }]);
  await change(
    "update candles set close = 110 where symbol = 'BTC/USD' and window_start = '2026-06-01 00:45Z'",
  );
  await peer.ask({ method: 'ping' });
  expect(peer.of('candle')).toHaveLength(2);
});

const change = async (text: string): Promise<void> => {
  const { rows } = await rig.owner.query(
    `${text} returning exchange, symbol, to_char(window_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as window_start`,
  );
  rig.source.changed('candles', rows);
};

test('a row that is no more is said to be gone', async () => {
  const peer = await rig.connect();
  await peer.ask(subscribe({ channel: 'candle', symbol: 'SOL/USD', timeframe: '5m' }));
  await change("delete from candles where symbol = 'SOL/USD' and window_start = '2026-06-01 00:10Z'");
  expect(await peer.message((one) => one.type === 'delete')).toMatchObject({
    channel: 'candle',
    data: [{ exchange: 'kraken', symbol: 'SOL/USD', timeframe: '5m', window_start: '2026-06-01T00:10:00Z' }],
  });
});

test('a row that is read again and is as it was is not sent', async () => {
  const peer = await rig.connect();
  await peer.ask(subscribe({ channel: 'candle', symbol: 'BTC/USD', timeframe: '1m', snapshot: false }));
  const key = { exchange: 'kraken', symbol: 'BTC/USD', window_start: '2026-06-01T00:00:00Z' };
  rig.source.changed('candles', [key]);
  rig.source.changed('candles', null);
  await change(
    "update candles set trades = 77 where symbol = 'BTC/USD' and window_start = '2026-06-01 00:05Z'",
  );
  const update = await peer.message((one) => one.channel === 'candle');
  expect(update.data).toMatchObject([{ window_start: '2026-06-01T00:05:00Z', trades: 77 }]);
  expect(peer.of('candle')).toHaveLength(1);
});

test('trades come as they are stored, each once, to the microsecond', async () => {
  const peer = await rig.connect();
  const trade = (id: number) =>
    rig.owner.query(
      `insert into trades values ('kraken', 'BTC/USD', $1::int, timestamptz '2026-06-01 00:00:00.000001+00' + $1::int * interval '1 second', 100.50, 0.1, 'buy')`,
      [id],
    );
  await trade(1);
  await peer.ask(subscribe({ channel: 'trade', symbol: 'BTC/USD' }));
  await trade(2);
  // The first is told of again, as it is when it was read before its change was heard of.
  rig.source.changed('trades', [
    { exchange: 'kraken', symbol: 'BTC/USD', trade_id: '1' },
    { exchange: 'kraken', symbol: 'BTC/USD', trade_id: '2' },
  ]);
  await peer.until(() => peer.of('trade').length === 2);
  expect(peer.of('trade').map(({ type, data }) => [type, data])).toEqual([
    [
      'snapshot',
      [
        {
          exchange: 'kraken',
          symbol: 'BTC/USD',
          trade_id: 1,
          ts: '2026-06-01T00:00:01.000001Z',
          price: '100.50',
          quantity: '0.1',
          side: 'buy',
        },
      ],
    ],
    ['update', [expect.objectContaining({ trade_id: 2 })]],
  ]);
});

describe('requests that are refused', () => {
  test.each([
    ['not json', 'malformed_request', /not JSON/],
    [{ method: 'order' }, 'malformed_request', /subscribe, unsubscribe, ping, authenticate/],
    [subscribe({ channel: 'book', symbol: 'BTC/USD' }), 'malformed_request', /trade, candle/],
    [subscribe({ channel: 'candle', symbol: 'BTC/USD', depth: 3 }), 'malformed_request', /no 'depth'/],
    [subscribe({ channel: 'candle', symbol: 'DOGE/USD' }), 'unknown_market', /no DOGE-USD/],
    [subscribe({ channel: 'candle', symbol: 'ETH/USD' }), 'exchange_required', /coinbase, kraken/],
    [subscribe({ channel: 'candle', symbol: 'BTC/USD', timeframe: '7m' }), 'bad_parameter', /1m, 5m/],
    [subscribe({ channel: 'feature', symbol: 'BTC/USD', timeframe: '1m' }), 'bad_parameter', /no timeframes/],
    [
      { method: 'unsubscribe', params: { channel: 'trade', symbol: 'SOL/USD' } },
      'not_subscribed',
      /not subscribed/,
    ],
  ])('%j', async (request, code, error) => {
    const peer = await rig.connect();
    peer.send(request);
    const answer = await peer.message((one) => one.success === false);
    expect(answer).toMatchObject({ code, error: expect.stringMatching(error) });
    expect((await peer.ask({ method: 'ping' }))[0].method).toBe('pong');
  });

  test('the second of two equal ones, and only that', async () => {
    const peer = await rig.connect();
    const answers = await peer.ask(
      subscribe({ channel: 'trade', symbol: ['SOL/USD', 'SOL-USD', 'BTC/USD'] }),
      3,
    );
    expect(answers.map(({ code, result }) => code ?? result.symbol).sort()).toEqual([
      'BTC/USD',
      'SOL/USD',
      'already_subscribed',
    ]);
  });
});
