import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { type Rig, streamRig } from '../stream/fixtures/rig.ts';
import { backoff } from './backoff.ts';
import { type Socket, TickwaveClient } from './client.ts';
import { RestClient } from './rest.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await streamRig();
});
afterAll(() => rig.stop());

/** A client whose lines the test can cut, and whose news it can wait for. */
function client() {
  const sockets: WebSocket[] = [];
  let look = (): void => {};
  const open = (url: string): Socket => {
    const socket = new WebSocket(url);
    sockets.push(socket);
    return socket as unknown as Socket;
  };
  const heard = new TickwaveClient({ url: rig.listening.url, open, random: () => 0 });
  return {
    client: heard,
    cut: () => sockets.at(-1)?.terminate(),
    told: () => look(),
    until: async (holds: () => boolean) => {
      while (!holds())
        await new Promise<void>((resolve) => {
          look = resolve;
        });
    },
  };
}

const trade = async (id: number): Promise<void> => {
  await rig.owner.query("insert into trades values ('kraken', 'BTC/USD', $1, now(), 1, 1, 'buy')", [id]);
  rig.source.changed('trades', [{ exchange: 'kraken', symbol: 'BTC/USD', trade_id: String(id) }]);
};

test('through breaks of the line it is told each trade once, in order', async () => {
  const { client: own, cut, told, until } = client();
  const ids: number[] = [];
  const types: string[] = [];
  own.subscribe({ channel: 'trade', symbol: 'BTC/USD' }, (event) => {
    types.push(event.type);
    if (event.type === 'snapshot' || event.type === 'update')
      ids.push(...event.data.map((row) => row.trade_id));
    told();
  });
  await until(() => types.includes('snapshot'));
  for (let id = 1; id <= 30; id++) {
    if (id % 10 === 5) cut();
    await trade(id);
    if (id % 7 === 0) await until(() => ids.includes(id));
  }
  await until(() => ids.length >= 30);
  expect(ids).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  expect(types.filter((type) => type === 'snapshot')).toHaveLength(1);
  own.close();
}, 30_000);

test('what the server refuses is told to whoever asked', async () => {
  const { client: own } = client();
  const error = await new Promise((failed) => {
    own.subscribe({ channel: 'candle', symbol: 'DOGE/USD' }, () => {}, failed);
  });
  expect(error).toMatchObject({ name: 'TickwaveError', code: 'unknown_market' });
  own.close();
});

test('rows by REST are those of the stream', async () => {
  const { client: own, told, until } = client();
  const subscription = { channel: 'candle', symbol: 'BTC/USD', timeframe: '5m' } as const;
  let rows: readonly unknown[] = [];
  own.subscribe(subscription, ({ data }) => {
    rows = data;
    told();
  });
  await until(() => rows.length > 0);
  const rest = new RestClient({ url: rig.listening.url });
  const { data } = await rest.get('/v1/candles/{symbol}', { symbol: 'BTC-USD', timeframe: '5m' });
  expect(data).toEqual([...rows].reverse());
  own.close();
});

test('the pause before the next try doubles up to a limit, and is spread', () => {
  expect([0, 1, 2, 20].map((breaks) => backoff(breaks, () => 1))).toEqual([250, 500, 1_000, 15_000]);
  expect(backoff(3, () => 0)).toBe(1_000);
});
