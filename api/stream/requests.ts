import { z } from 'zod';
import { exchangeParameter } from '../schemas/common.ts';
import { CHANNEL_NAMES, COMMON_CHANNELS, type MarketChannel } from './channels.ts';

const MOST_SYMBOLS = 100;

const requestId = z.int().min(0).optional().describe('Given back with the answer');

const symbol = z.string().regex(/^[A-Za-z0-9._]{1,32}[/-][A-Za-z0-9._]{1,32}$/, {
  error: 'expected base and quote, as BTC/USD',
});

/** Length of the windows. */
export const timeframeParameter = z
  .string()
  .regex(/^[1-9]\d{0,2}[smhdw]$/, { error: 'expected a number and a unit, as 1m, 5m, 1h or 1d' });

const MARKET_CHANNELS = CHANNEL_NAMES.filter(
  (name): name is MarketChannel => !COMMON_CHANNELS.some((common) => common === name),
);

const ofMarkets = {
  channel: z.enum(MARKET_CHANNELS).describe('What to follow'),
  symbol: z
    .union([symbol, z.array(symbol).min(1).max(MOST_SYMBOLS)], {
      error: `expected a symbol, as BTC/USD, or a list of at most ${MOST_SYMBOLS}`,
    })
    .describe('Markets, as BTC/USD'),
  exchange: exchangeParameter.optional(),
  timeframe: timeframeParameter
    .optional()
    .describe('For candle and indicator: length of the windows; 1m when left out'),
};

const ofNone = {
  channel: z.enum(COMMON_CHANNELS).describe('What to follow; it is of no market'),
};

const from = {
  snapshot: z.boolean().default(true).describe('Whether the newest rows come first'),
  since: z
    .string()
    .max(64)
    .optional()
    .describe('Cursor of the last message before a break: what came since is sent instead of a snapshot'),
};

const unknownChannel = { error: `expected one of ${CHANNEL_NAMES.join(', ')}` };

/** What a subscription says. */
export const subscribeParams = z.discriminatedUnion(
  'channel',
  [z.strictObject({ ...ofMarkets, ...from }), z.strictObject({ ...ofNone, ...from })],
  unknownChannel,
);

export const unsubscribeParams = z.discriminatedUnion(
  'channel',
  [z.strictObject(ofMarkets), z.strictObject(ofNone)],
  unknownChannel,
);

/** Every request that a client may send over the WebSocket. */
export const requestSchema = z.discriminatedUnion(
  'method',
  [
    z.strictObject({ method: z.literal('subscribe'), params: subscribeParams, req_id: requestId }),
    z.strictObject({ method: z.literal('unsubscribe'), params: unsubscribeParams, req_id: requestId }),
    z.strictObject({ method: z.literal('ping'), req_id: requestId }),
    z.strictObject({
      method: z.literal('authenticate'),
      params: z.strictObject({ key: z.string().min(1).max(512) }),
      req_id: requestId,
    }),
  ],
  { error: 'expected one of subscribe, unsubscribe, ping, authenticate' },
);

export type SubscribeParams = z.output<typeof subscribeParams>;
export type UnsubscribeParams = z.output<typeof unsubscribeParams>;
export type Request = z.output<typeof requestSchema>;

/** A request that was read, or why it can't be. */
export type ReadRequest =
  | { readonly request: Request }
  | { readonly error: string; readonly method: string; readonly id: number | undefined };

/** Reads what a client sent. */
export function readRequest(text: string): ReadRequest {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return { error: 'This is not JSON', method: 'unknown', id: undefined };
  }
  const read = requestSchema.safeParse(given);
  if (read.success) return { request: read.data };
  const [issue] = read.error.issues;
  const where = issue?.path.join('.');
  const unknown = issue?.code === 'unrecognized_keys' ? `there is no '${issue.keys[0]?.slice(0, 80)}'` : null;
  return {
    error: `${where ? `${where}: ` : ''}${unknown ?? issue?.message ?? 'not understood'}`,
    ...identity(given),
  };
}

/** What an answer may repeat of a request that was not understood. */
function identity(given: unknown): { readonly method: string; readonly id: number | undefined } {
  const { method, req_id: id } = (typeof given === 'object' && given !== null ? given : {}) as Readonly<
    Record<string, unknown>
  >;
  return {
    method: typeof method === 'string' ? method.slice(0, 40) : 'unknown',
    id: typeof id === 'number' && Number.isSafeInteger(id) ? id : undefined,
  };
}
