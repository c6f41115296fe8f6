import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Rig, streamRig } from './fixtures/rig.ts';

const require = createRequire(import.meta.url);
let rig: Rig;
beforeAll(async () => {
  rig = await streamRig();
});
afterAll(() => rig.stop());

test('the document is AsyncAPI 3, and what is sent is as it says', async () => {
  const response = await fetch(`${rig.listening.url}/asyncapi.json`);
  const document = (await response.json()) as {
    components: { messages: Record<string, { payload: object }> };
  };
  const { Ajv } = require('ajv') as typeof import('ajv');
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const valid = ajv.compile(require('@asyncapi/specs/schemas/3.0.0-without-$id.json') as object);
  valid(document);
  expect(valid.errors ?? []).toEqual([]);
  expect(valid({ ...document, asyncapi: '4.0.0' })).toBe(false);
  const peer = await rig.connect();
  const params = { channel: 'candle', symbol: 'BTC/USD', timeframe: '5m' };
  await peer.ask({ method: 'subscribe', params });
  await rig.owner.query(
    `insert into alert_episodes (rule, subject, episode, severity, state, value, threshold, labels, since) values ('slow', '', 1, 'warning', 'firing', 1, 0, '{"a":1}', now())`,
  );
  await peer.ask({ method: 'subscribe', params: { channel: 'alert' } });
  expect((await peer.message((one) => one.channel === 'alert')).data).toHaveLength(1);
  await peer.message((one) => one.channel === 'heartbeat');
  for (const message of peer.messages) {
    const name = message.method === undefined ? message.channel : 'answer';
    const check = ajv.compile(document.components.messages[name]?.payload ?? false);
    check(message);
    expect([name, check.errors ?? []]).toEqual([name, []]);
  }
  const request = ajv.compile(document.components.messages.request?.payload ?? false);
  expect(request({ method: 'subscribe', params, req_id: 1 })).toBe(true);
  expect(request({ method: 'subscribe', params: { ...params, depth: 3 } })).toBe(false);
  expect(request({ method: 'subscribe', params: { channel: 'alert' } })).toBe(true);
  expect(request({ method: 'subscribe', params: { channel: 'candle' } })).toBe(false);
});
