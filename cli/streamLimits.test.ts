import { expect, test } from '@jest/globals';
import { STREAM_LIMITS } from '../api/stream/limits.ts';
import { readConfig } from '../config/config.ts';
import { ConfigError } from '../config/errors.ts';
import { streamLimitsOf } from './streamLimits.ts';

test('without configuration they are the standard ones', () => {
  expect({ ...STREAM_LIMITS, ...streamLimitsOf(readConfig({}, '/')) }).toEqual(STREAM_LIMITS);
});

test('each variable moves its own limit', () => {
  const given = {
    ...{ STREAM_CLIENTS: '7', STREAM_ADDRESS_CLIENTS: '3', STREAM_SUBSCRIPTIONS: '5' },
    ...{ STREAM_BUFFER: '70000', STREAM_SLOW: '2.5', STREAM_HEARTBEAT: '0.5', STREAM_PING: '4' },
  };
  expect(streamLimitsOf(readConfig(given, '/'))).toEqual({
    ...{ connections: 7, connectionsPerAddress: 3, subscriptions: 5, bufferedBytes: 70_000 },
    ...{ slowMs: 2_500, heartbeatMs: 500, pingMs: 4_000 },
  });
});

test.each([
  ['STREAM_CLIENTS', '0'],
  ['STREAM_BUFFER', '1024'],
  ['STREAM_HEARTBEAT', '0'],
  ['STREAM_PING', 'never'],
])('%s=%s is refused by its name', (name, value) => {
  expect(() => readConfig({ [name]: value }, '/')).toThrow(ConfigError);
  expect(() => readConfig({ [name]: value }, '/')).toThrow(name);
});
