import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { type Socket, TickwaveClient } from '../client/client.ts';
import type { Peer } from './fixtures/peer.ts';
import { type Rig, streamRig } from './fixtures/rig.ts';

// Alerts are of no market: one channel tells of all that fire and of how they end.

let rig: Rig;
beforeAll(async () => {
  rig = await streamRig();
  // One that has fired for long, and more that are over than a topic keeps.
  await rig.owner.query(
    `insert into alert_episodes (rule, subject, episode, state, value, since)
     select 'feed-stale', 'symbol=BTC/USD', n, 'resolved', 200, timestamptz '2026-02-01 00:00:00+00' + n * interval '1 minute' from generate_series(1, 1500) as n`,
  );
  await rig.owner.query(
    `insert into alert_episodes (rule, subject, episode, severity, state, value, threshold, labels, since, fired_at)
     values ('disk-full', '', 1, 'critical', 'firing', 1, 2, '{}', '2026-01-01', '2026-01-01')`,
  );
});
afterAll(() => rig.stop());

const alert = async (rule: string, state: string, value: number): Promise<void> => {
  await rig.owner.query(
    `insert into alert_episodes (rule, subject, episode, severity, state, value, threshold, labels, since)
     values ($1, 'symbol=SOL/USD', 1, 'warning', $2, $3, 10, '{"symbol":"SOL/USD"}', '2026-03-01')
     on conflict (rule, subject, episode) do update set state = excluded.state, value = excluded.value`,
    [rule, state, value],
  );
  rig.source.changed('alert_episodes', [{ rule, subject: 'symbol=SOL/USD', episode: 1 }]);
};
const told = (peer: Peer) =>
  peer
    .of('alert')
    .flatMap(({ type, data }) =>
      data.map((row: { rule: string; state: string; value: number }) => [
        type,
        row.rule,
        row.state,
        row.value,
      ]),
    );

test('it begins with those that fire; then each is told when it fires, has another value, and is resolved', async () => {
  const peer = await rig.connect();
  const [answer] = await peer.ask({ method: 'subscribe', params: { channel: 'alert' } });
  expect(answer).toMatchObject({ success: true, result: { channel: 'alert', snapshot: true } });
  expect(answer.result.symbol).toBeUndefined();
  await alert('drifted', 'firing', 12);
  await peer.until(() => told(peer).length === 2);
  // Looked at again, and it is as it was.
  await alert('drifted', 'firing', 12);
  await alert('drifted', 'firing', 13);
  await peer.until(() => told(peer).length === 3);
  await alert('drifted', 'resolved', 9);
  await peer.until(() => told(peer).length === 4);
  expect(told(peer)).toEqual([
    ['snapshot', 'disk-full', 'firing', 1],
    ['update', 'drifted', 'firing', 12],
    ['update', 'drifted', 'firing', 13],
    ['update', 'drifted', 'resolved', 9],
  ]);
  expect(peer.of('alert').at(-1).data[0]).toEqual({
    ...{ rule: 'drifted', subject: 'symbol=SOL/USD', episode: 1, severity: 'warning', state: 'resolved' },
    ...{ value: 9, threshold: 10, labels: { symbol: 'SOL/USD' }, since: '2026-03-01T00:00:00Z' },
    ...{ fired_at: null, resolved_at: null },
  });
  // What is over is not in the snapshot of the next one.
  const later = await rig.connect();
  await later.ask({ method: 'subscribe', params: { channel: 'alert' } });
  await later.message((one) => one.type === 'snapshot');
  expect(told(later)).toEqual([['snapshot', 'disk-full', 'firing', 1]]);
});

test('one whose row is gone is said to be gone, as is one that was missed', async () => {
  const peer = await rig.connect();
  await alert('deleted', 'firing', 11);
  await peer.ask({ method: 'subscribe', params: { channel: 'alert' } });
  // Else its row may be gone before anybody has read it.
  await peer.until(() => told(peer).some(([, rule]) => rule === 'deleted'));
  await rig.owner.query("delete from alert_episodes where rule = 'deleted'");
  rig.source.changed('alert_episodes', null);
  const gone = await peer.message((one) => one.type === 'delete');
  expect(gone.data).toEqual([{ rule: 'deleted', subject: 'symbol=SOL/USD', episode: 1 }]);
});

test('it has no symbols, and is followed once', async () => {
  const peer = await rig.connect();
  const params = { channel: 'alert' };
  const [refused] = await peer.ask({ method: 'subscribe', params: { ...params, symbol: 'BTC/USD' } });
  expect(refused).toMatchObject({ code: 'malformed_request', error: expect.stringContaining("no 'symbol'") });
  await peer.ask({ method: 'subscribe', params });
  expect((await peer.ask({ method: 'subscribe', params }))[0].code).toBe('already_subscribed');
  expect((await peer.ask({ method: 'unsubscribe', params }))[0].success).toBe(true);
  expect((await peer.ask({ method: 'unsubscribe', params }))[0].code).toBe('not_subscribed');
});

test('server-sent events have it alone and beside channels of markets', async () => {
  for (const query of ['channels=alert', 'channels=alert,trade&symbols=BTC-USD,SOL-USD']) {
    const leaving = new AbortController();
    const response = await fetch(`${rig.listening.url}/v1/stream?${query}`, { signal: leaving.signal });
    expect(response.status).toBe(200);
    const decoder = new TextDecoder();
    let text = '';
    for await (const bytes of response.body ?? []) {
      text += decoder.decode(bytes, { stream: true });
      // Whole ones: what is sent together may come in pieces.
      if ((text.match(/^event: .*\n(.+\n)*\n/gm) ?? []).length >= (query.includes('trade') ? 3 : 1)) break;
    }
    leaving.abort();
    expect(text.match(/^event: alert$/gm)).toHaveLength(1);
    expect(text).toContain('"rule":"disk-full"');
  }
  const without = await fetch(`${rig.listening.url}/v1/stream?channels=alert,trade`);
  expect(without.status).toBe(400);
  expect((await without.json()) as object).toMatchObject({
    code: 'bad_parameter',
    detail: expect.stringContaining('symbols=BTC-USD'),
  });
});

test('the client has it typed', async () => {
  const open = (url: string): Socket => new WebSocket(url) as unknown as Socket;
  const client = new TickwaveClient({ url: rig.listening.url, open });
  const rules = await new Promise<readonly string[]>((resolve, reject) => {
    client.subscribe(
      { channel: 'alert' },
      (event) =>
        event.type === 'snapshot' && resolve(event.data.map(({ rule, state }) => `${rule} ${state}`)),
      reject,
    );
  });
  expect(rules).toEqual(['disk-full firing']);
  client.close();
});
