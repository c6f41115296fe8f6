import { z } from 'zod';
import { number } from '../variable.ts';

const seconds = z.number().min(0.1).max(3_600);
const wholeUpTo = (most: number): z.ZodNumber => z.number().int().min(1).max(most);

/** What the streams allow: `/v1/ws` and `/v1/stream`. */
export const STREAMS = {
  STREAM_CLIENTS: number(
    'Streams at once, WebSocket and server-sent events together.',
    '2000',
    'a whole number from 1 to 100000',
    wholeUpTo(100_000),
  ),
  STREAM_ADDRESS_CLIENTS: number(
    'Streams at once from one address.',
    '100',
    'a whole number from 1 to 100000',
    wholeUpTo(100_000),
  ),
  STREAM_SUBSCRIPTIONS: number(
    'Subscriptions of a stream: one for each channel, market and timeframe.',
    '500',
    'a whole number from 1 to 10000',
    wholeUpTo(10_000),
  ),
  STREAM_BUFFER: number(
    'Bytes that may wait for a client. With more of them it is slow: it is sent the newest rows only.',
    '1048576',
    'a whole number from 65536 to 67108864',
    z.number().int().min(65_536).max(67_108_864),
  ),
  STREAM_SLOW: number(
    'Seconds for which a client may be slow before it is let go.',
    '15',
    'a number from 0.1 to 3600',
    seconds,
  ),
  STREAM_HEARTBEAT: number(
    'Seconds without data after which a client is sent a heartbeat. Clients take ten seconds of silence for a broken line.',
    '1',
    'a number from 0.1 to 5',
    z.number().min(0.1).max(5),
  ),
  STREAM_PING: number(
    'Seconds between two pings of a WebSocket; a client that answers none of two is let go.',
    '20',
    'a number from 0.1 to 3600',
    seconds,
  ),
} as const;
