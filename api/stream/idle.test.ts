import { afterEach, expect, test } from '@jest/globals';
import { ManualClock } from '../../test/support/manualClock.ts';
import type { Peer } from './fixtures/peer.ts';
import { type Rig, streamRig } from './fixtures/rig.ts';

// Lines that have gone dead without a word, and clients that say nothing. The time stands still but between two sweeps, so
// that no deadline passes while a busy machine has yet to do what is due before it.

const SWEEP_MS = 20;

let rig: Rig;
let clock: ManualClock;
afterEach(() => rig.stop());

async function swept(options: Parameters<typeof streamRig>[0]): Promise<void> {
  clock = new ManualClock(Date.UTC(2026, 5, 1));
  rig = await streamRig({ ...options, clock, limits: { heartbeatMs: SWEEP_MS, ...options?.limits } });
}

/** Lets one sweep happen. What it sent has come to the peer then, and what the peer said to the one before has come here. */
async function sweep(peer: Peer, times = 1): Promise<void> {
  for (let time = 0; time < times; time++) {
    clock.wakeNext();
    await peer.ask({ method: 'ping' });
  }
}

test('a client that answers no ping is let go, with all that it followed; one that does stays', async () => {
  await swept({ limits: { pingMs: 3 * SWEEP_MS } });
  const dead = await rig.connect({ autoPong: false });
  const quick = await rig.connect();
  const params = { channel: 'trade', symbol: 'BTC/USD' };
  for (const peer of [dead, quick]) await peer.ask({ method: 'subscribe', params });
  await sweep(quick, 8);
  expect([rig.streams.figures.connections, dead.socket.readyState]).toEqual([2, dead.socket.OPEN]);
  await sweep(quick);
  expect((await dead.closed).code).toBe(1006);
  await sweep(quick, 9);
  expect(quick.socket.readyState).toBe(quick.socket.OPEN);
  expect(rig.streams.figures.connections).toBe(1);
});

test('one that answers late is kept: the count begins anew with each answer', async () => {
  await swept({ limits: { pingMs: 3 * SWEEP_MS } });
  const late = await rig.connect({ autoPong: false });
  let pings = 0;
  late.socket.on('ping', () => pings++);
  for (let answered = 1; answered <= 4; answered++) {
    await sweep(late, 6);
    expect(pings).toBe(2 * answered);
    late.socket.pong();
    await late.ask({ method: 'ping' });
  }
  expect(late.socket.readyState).toBe(late.socket.OPEN);
});

test('one that brings no key in time is told so and let go', async () => {
  await swept({ limits: { authenticateMs: 5 * SWEEP_MS }, authorize: async (key) => key === 'right' });
  const silent = await rig.connect();
  const known = await rig.connect();
  await known.ask({ method: 'authenticate', params: { key: 'right' } });
  await sweep(known, 5);
  expect(silent.socket.readyState).toBe(silent.socket.OPEN);
  await sweep(known);
  expect(await silent.closed).toEqual({ code: 1008, reason: 'no key came within 0.1 s' });
  await sweep(known, 6);
  expect(known.socket.readyState).toBe(known.socket.OPEN);
});

test('one to whom nothing is said for a while is sent a heartbeat', async () => {
  await swept({});
  const quiet = await rig.connect();
  await quiet.message((one) => one.channel === 'status');
  for (let beats = 1; beats <= 3; beats++) {
    clock.wakeNext();
    await quiet.until(() => quiet.of('heartbeat').length === beats);
  }
});

test('one that leaves without a word in the middle of a message harms nobody', async () => {
  rig = await streamRig({ limits: { heartbeatMs: SWEEP_MS } });
  const quick = await rig.connect();
  const rude = await rig.connect();
  const params = { channel: 'candle', symbol: 'BTC/USD' };
  rude.send({ method: 'subscribe', params });
  rude.socket.terminate();
  await quick.until(() => rig.streams.figures.connections === 1);
  expect((await quick.ask({ method: 'subscribe', params }))[0].success).toBe(true);
  expect(rig.log.filter((line) => Number(line.level) >= 50)).toEqual([]);
});
