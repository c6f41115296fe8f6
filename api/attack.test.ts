import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BAD, Badness } from './fixtures/badness.ts';
import { type GuardedApi, guardedApi } from './fixtures/guarded.ts';

/** All of them where a change is judged; by hand, as many as one waits for. */
const REQUESTS = process.env.CI === undefined ? 1_000 : 10_000;
const AT_ONCE = 8;
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));

let api: GuardedApi;
beforeAll(async () => {
  api = await guardedApi();
});
afterAll(() => api.stop());

/** The status of the first answer to these bytes, 0 when the connection ends without one. */
async function statusOf(bytes: Buffer): Promise<number> {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.end(bytes);
  let answer = '';
  for await (const part of socket) {
    answer += String(part);
    if (answer.length > 12) break;
  }
  socket.destroy();
  return Number(/^HTTP\/1.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}

test(`${REQUESTS} bad requests: no crash, no fault of ours, no memory kept (SEED=${SEED})`, async () => {
  const badness = new Badness(SEED, { read: api.readKey, admin: api.adminKey });
  const counts = new Map<number, number>();
  const faults: string[] = [];
  let used = 0;
  const sender = async (until: number): Promise<void> => {
    while (used < until) {
      used++;
      const bytes = badness.next();
      const status = await statusOf(bytes);
      counts.set(status, (counts.get(status) ?? 0) + 1);
      if (status >= 500) faults.push(`${status}: ${bytes.toString('latin1').slice(0, 300)}`);
    }
  };
  const round = (until: number) => Promise.all(Array.from({ length: AT_ONCE }, () => sender(until)));
  await round(REQUESTS / 4);
  const early = memory();
  await round(REQUESTS);
  const late = memory();
  expect(faults).toEqual([]);
  // Every kind of badness was met, and met with what it deserves.
  for (const status of [400, 401, 403, 404, 405, 413, 414, 415, 431])
    expect([status, counts.get(status) ?? 0]).not.toEqual([status, 0]);
  expect(BAD.length).toBeGreaterThan(10);
  expect((await api.get('/health')).status).toBe(200);
  // The log of the test keeps a line a request; nothing else may grow with them.
  const perRequest = (late - early) / ((REQUESTS * 3) / 4);
  expect(perRequest).toBeLessThan(8_192);
}, 600_000);

/** What is still held: without a collection it would be the garbage that is measured. */
function memory(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}
