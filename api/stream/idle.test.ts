import { once } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import { type Rig, streamRig } from './fixtures/rig.ts';

// Lines that have gone dead without a word, and clients that say nothing.

let rig: Rig;
afterEach(() => rig.stop());

test('a client that answers no ping is let go, with all that it followed; one that does stays', async () => {
  rig = await streamRig({ limits: { heartbeatMs: 20, pingMs: 60 } });
  const dead = await rig.connect({ autoPong: false });
  const quick = await rig.connect();
  const params = { channel: 'trade', symbol: 'BTC/USD' };
  for (const peer of [dead, quick]) await peer.ask({ method: 'subscribe', params });
  expect((await dead.closed).code).toBe(1006);
  await once(quick.socket, 'ping');
  await once(quick.socket, 'ping');
  await once(quick.socket, 'ping');
  expect(quick.socket.readyState).toBe(quick.socket.OPEN);
  await quick.until(() => rig.streams.figures.connections === 1);
});

test('one that answers late is kept: the count begins anew with each answer', async () => {
  rig = await streamRig({ limits: { heartbeatMs: 20, pingMs: 400 } });
  const late = await rig.connect({ autoPong: false });
  for (let answered = 0; answered < 4; answered++) {
    await once(late.socket, 'ping');
    await once(late.socket, 'ping');
    late.socket.pong();
    await late.ask({ method: 'ping' });
  }
  expect(late.socket.readyState).toBe(late.socket.OPEN);
});

test('one that brings no key in time is told so and let go', async () => {
  rig = await streamRig({
    limits: { heartbeatMs: 20, authenticateMs: 100 },
    authorize: async (key) => key === 'right',
  });
  const silent = await rig.connect();
  expect(await silent.closed).toEqual({ code: 1008, reason: 'no key came within 0.1 s' });
  const known = await rig.connect();
  await known.ask({ method: 'authenticate', params: { key: 'right' } });
  const beats = () => known.of('heartbeat').length;
  await known.until(() => beats() >= 10);
  expect(known.socket.readyState).toBe(known.socket.OPEN);
});

test('one that leaves without a word in the middle of a message harms nobody', async () => {
  rig = await streamRig({ limits: { heartbeatMs: 20 } });
  const quick = await rig.connect();
  const rude = await rig.connect();
  const params = { channel: 'candle', symbol: 'BTC/USD' };
  rude.send({ method: 'subscribe', params });
  rude.socket.terminate();
  await quick.until(() => rig.streams.figures.connections === 1);
  expect((await quick.ask({ method: 'subscribe', params }))[0].success).toBe(true);
  expect(rig.log.filter((line) => Number(line.level) >= 50)).toEqual([]);
});
