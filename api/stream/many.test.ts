import { once } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { seeded } from '../../test/property/history.ts';
import type { Peer } from './fixtures/peer.ts';
import { type Rig, streamRig } from './fixtures/rig.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

let rig: Rig;
afterEach(() => rig.stop());

test('two hundred clients are each sent what they follow and nothing else', async () => {
  rig = await streamRig();
  const symbols = ['BTC/USD', 'SOL/USD'];
  const peers = await Promise.all(Array.from({ length: 200 }, () => rig.connect()));
  await Promise.all(
    peers.map((peer, index) =>
      peer.ask(
        {
          method: 'subscribe',
          params: {
            channel: 'trade',
            symbol: index % 3 === 2 ? symbols : [symbols[index % 3]],
            snapshot: false,
          },
        },
        index % 3 === 2 ? 2 : 1,
      ),
    ),
  );
  // However many follow the same: it is read once.
  expect(rig.streams.figures).toEqual({ connections: 200, topics: 2, slow: 0 });
  for (let id = 1; id <= 20; id++) {
    const symbol = symbols[id % 2] ?? '';
    await rig.owner.query("insert into trades values ('kraken', $1, $2, now(), 1, 1, 'buy')", [symbol, id]);
    rig.source.changed('trades', [{ exchange: 'kraken', symbol, trade_id: String(id) }]);
  }
  const ids = (peer: Peer): number[] =>
    peer.of('trade').flatMap(({ data }) => data.map((row: { trade_id: number }) => row.trade_id));
  const all = Array.from({ length: 20 }, (_, index) => index + 1);
  for (const [index, peer] of peers.entries()) {
    const wanted = index % 3 === 2 ? all : all.filter((id) => id % 2 === index % 3);
    await peer.until(() => ids(peer).length >= wanted.length);
    // In order within a market; what changed at once comes market by market.
    for (const odd of [0, 1])
      expect(ids(peer).filter((id) => id % 2 === odd)).toEqual(wanted.filter((id) => id % 2 === odd));
  }
  for (const peer of peers) peer.socket.close();
  await Promise.all(peers.map((peer) => peer.closed));
}, 60_000);

test('when the server stops, every client is told so', async () => {
  rig = await streamRig();
  const peers = await Promise.all(Array.from({ length: 5 }, () => rig.connect()));
  await peers[0]?.ask({ method: 'subscribe', params: { channel: 'trade', symbol: 'BTC/USD' } });
  await rig.streams.stop();
  for (const peer of peers)
    expect(await peer.closed).toEqual({ code: 1001, reason: 'the server is stopping' });
});

test('what goes beyond a limit is refused, and the limit named', async () => {
  rig = await streamRig({
    limits: { connectionsPerAddress: 2, subscriptions: 3, messagesPerSecond: 2, messageBytes: 500 },
    origins: ['https://desk.example'],
  });
  const url = `${rig.listening.url.replace('http', 'ws')}/v1/ws`;
  const status = async (address: string, options = {}): Promise<number> => {
    const socket = new WebSocket(address, options);
    const [, response] = await once(socket, 'unexpected-response');
    response.resume();
    return response.statusCode;
  };
  expect(await status(url, { origin: 'https://evil.example' })).toBe(403);
  expect(await status(url.replace('/v1/ws', '/v1/other'))).toBe(404);
  const first = await rig.connect({ origin: 'https://desk.example' });
  const second = await rig.connect({ origin: 'http://localhost:5173' });
  expect(await status(url)).toBe(429);
  const [many] = await first.ask({
    method: 'subscribe',
    params: { channel: 'trade', symbol: ['BTC/USD', 'SOL/USD', 'ADA/USD', 'DOT/USD'] },
  });
  expect(many).toMatchObject({ success: false, error: expect.stringContaining('at most 3 subscriptions') });
  for (let message = 0; message < 20; message++) first.send({ method: 'ping' });
  expect(await first.message((one) => one.code === 'rate_limited')).toMatchObject({
    error: expect.stringContaining('2 messages a second'),
  });
  second.send('x'.repeat(501));
  expect((await second.closed).code).toBe(1009);
  // The place it had is free again.
  const third = await rig.connect();
  third.socket.send(Buffer.from([1, 2, 3]));
  expect((await third.closed).code).toBe(1008);
});

test('where keys are needed, one comes with the request or as the first message', async () => {
  rig = await streamRig({ authorize: async (key) => key === 'right' });
  const url = `${rig.listening.url.replace('http', 'ws')}/v1/ws`;
  const refused = new WebSocket(url, { headers: { authorization: 'Bearer wrong' } });
  const [, response] = await once(refused, 'unexpected-response');
  response.resume();
  expect(response.statusCode).toBe(401);
  const subscription = { method: 'subscribe', params: { channel: 'trade', symbol: 'BTC/USD' } };
  const withHeader = await rig.connect({ headers: { authorization: 'Bearer right' } });
  expect((await withHeader.ask(subscription))[0]).toMatchObject({ success: true });
  const later = await rig.connect();
  expect((await later.ask(subscription))[0]).toMatchObject({ success: false, code: 'unauthorized' });
  expect((await later.ask({ method: 'authenticate', params: { key: 'right' } }))[0]).toMatchObject({
    success: true,
  });
  expect((await later.ask(subscription))[0]).toMatchObject({ success: true });
  const wrong = await rig.connect();
  wrong.send({ method: 'authenticate', params: { key: 'guess' } });
  expect((await wrong.closed).code).toBe(1008);
});

test(`garbage is answered or ends the connection, and harms nothing (SEED=${SEED})`, async () => {
  rig = await streamRig();
  const random = seeded(SEED);
  const words = [
    'subscribe',
    'candle',
    'BTC/USD',
    'method',
    'params',
    'channel',
    'symbol',
    '__proto__',
    '1m',
    'ping',
    'since',
  ];
  const pick = (): string => words[Math.floor(random() * words.length)] ?? '';
  const value = (depth: number): unknown => {
    const dice = random();
    if (dice < 0.1) return null;
    if (dice < 0.3) return Math.floor(random() * 1e9) - 5e8;
    if (dice < 0.6 || depth > 3) return pick();
    if (dice < 0.75) return Array.from({ length: Math.floor(random() * 4) }, () => value(depth + 1));
    return Object.fromEntries(
      Array.from({ length: Math.floor(random() * 5) }, () => [pick(), value(depth + 1)]),
    );
  };
  const garbage = (): string => {
    const text = JSON.stringify(
      random() < 0.5 ? value(0) : { method: 'subscribe', params: value(1), req_id: value(3) },
    );
    const cut = Math.floor(random() * text.length);
    return random() < 0.3 ? text.slice(0, cut) + String.fromCharCode(Math.floor(random() * 500)) : text;
  };
  const steady = await rig.connect();
  await steady.ask({ method: 'subscribe', params: { channel: 'candle', symbol: 'BTC/USD' } });
  for (let connection = 0; connection < 5; connection++) {
    const peer = await rig.connect();
    for (let message = 0; message < 60; message++) peer.send(garbage());
    expect((await peer.ask({ method: 'ping' }))[0]).toMatchObject({ method: 'pong' });
    peer.socket.terminate();
  }
  expect((await steady.ask({ method: 'ping' }))[0]).toMatchObject({ method: 'pong' });
  expect(rig.log.filter((line) => Number(line.level) >= 50)).toEqual([]);
}, 30_000);
