import { afterEach, expect, test } from '@jest/globals';
import { type Rig, streamRig } from './fixtures/rig.ts';

// A client that does not read holds up nobody, is told what it missed, and is not kept for ever.

let rig: Rig;
afterEach(() => rig.stop());

const LARGE = 'x'.repeat(1_000_000);

/** A large row of a channel, newer each time. */
async function write(channel: 'candle' | 'prediction', number: number): Promise<void> {
  const time = new Date(Date.UTC(2026, 6, 1) + Math.floor(number / 20) * 60_000)
    .toISOString()
    .replace('.000', '');
  const market = { exchange: 'kraken', symbol: 'BTC/USD', window_start: time };
  if (channel === 'candle') {
    // Few windows, changed again and again.
    await rig.owner.query(
      `insert into candles values ('1m', 'kraken', 'BTC/USD', $1, $2, 0)
       on conflict (exchange, symbol, timeframe, window_start) do update set close = excluded.close`,
      [time, number],
    );
    rig.source.changed('candles', [market]);
  } else {
    await rig.owner.query(
      "insert into predictions values ('kraken', 'BTC/USD', $1, $2, 'ridge', 1, 100, $3)",
      [time, number, JSON.stringify([LARGE])],
    );
    rig.source.changed('predictions', [{ ...market, horizon_minutes: number, model: 'ridge', version: 1 }]);
  }
}

const follow = (channel: string) => ({
  method: 'subscribe',
  params: { channel, symbol: 'BTC/USD', snapshot: false },
});

test('while it does not read, states are conflated and events are counted; then it has all that matters', async () => {
  // One that does not read answers no ping either.
  rig = await streamRig({ limits: { slowMs: 600_000, pingMs: 600_000, bufferedBytes: 4_000_000 } });
  const slow = await rig.connect();
  const quick = await rig.connect();
  for (const peer of [slow, quick]) {
    await peer.ask(follow('candle'));
    await peer.ask(follow('prediction'));
  }
  slow.socket.pause();
  // Until what the system holds for it is full, and ours too; and then some more.
  let sent = 0;
  for (let more = 10; more > 0; sent++) {
    if (rig.streams.figures.slow === 1) more--;
    await write('prediction', sent);
    await write('candle', sent);
    await quick.until(() => count(quick.of('prediction')) === sent + 1);
  }
  slow.socket.resume();
  const last = String(sent - 1);
  for (const peer of [slow, quick])
    await peer.until(() => peer.of('candle').some(({ data }) => data.at(-1).close === last));
  await slow.until(() => count(slow.of('prediction')) + dropped(slow.messages) === sent);
  expect(dropped(slow.messages)).toBeGreaterThan(0);
  // Few windows changed again and again: it was sent fewer rows than the one that read, and has the same.
  const state = (peer: typeof slow) =>
    Object.fromEntries(
      peer
        .of('candle')
        .flatMap(({ data }) =>
          data.map((row: { window_start: string; close: string }) => [row.window_start, row.close]),
        ),
    );
  expect(state(slow)).toEqual(state(quick));
  expect(slow.of('candle').length).toBeLessThan(quick.of('candle').length);
}, 120_000);

const count = (messages: readonly { type: string; data: readonly unknown[] }[]) =>
  messages.reduce((sum, { type, data }) => sum + (type === 'gap' ? 0 : data.length), 0);
const dropped = (messages: readonly { type?: string; data?: readonly { dropped?: number }[] }[]) =>
  messages.reduce((sum, { type, data }) => sum + (type === 'gap' ? (data?.[0]?.dropped ?? 0) : 0), 0);

test('one that never reads is let go, with what was held for it, and others are not concerned', async () => {
  rig = await streamRig({
    limits: { slowMs: 1_000, bufferedBytes: 4_000_000, heartbeatMs: 200, closeMs: 300 },
  });
  const never = await rig.connect();
  const quick = await rig.connect();
  const before = rig.streams.figures.connections;
  for (const peer of [never, quick]) await peer.ask(follow('prediction'));
  never.socket.pause();
  let number = 1_000;
  while (rig.streams.figures.connections === before) {
    await write('prediction', number++);
    await quick.until(() => quick.of('prediction').some((one) => one.data[0].horizon_minutes === number - 1));
  }
  expect(quick.socket.readyState).toBe(quick.socket.OPEN);
  expect(count(quick.of('prediction'))).toBe(number - 1_000);
  never.socket.resume();
  // The end came after what the system had taken, if the client read at all.
  expect([1006, 1008]).toContain((await never.closed).code);
}, 120_000);
