import { z } from 'zod';
import { type Catalog, rowSchema } from '../catalog.ts';
import { CHANNELS, type Channel } from './channels.ts';
import { requestSchema } from './requests.ts';

type Json = Readonly<Record<string, unknown>>;

const answerSchema = z
  .looseObject({
    method: z.string().describe('That of the request; pong for ping'),
    success: z.boolean().optional(),
    result: z.looseObject({}).optional().describe('What was subscribed to or left'),
    error: z.string().optional().describe('For people'),
    code: z.string().optional().describe('For programs'),
    symbol: z.string().optional(),
    time_in: z.iso.datetime(),
    time_out: z.iso.datetime(),
    req_id: z.int().optional(),
  })
  .describe('Answer to a request; one per symbol for subscribe and unsubscribe');
const heartbeatSchema = z.object({ channel: z.literal('heartbeat') });
const statusSchema = z.object({
  channel: z.literal('status'),
  type: z.literal('update'),
  data: z.array(z.looseObject({ system: z.literal('online'), api_version: z.literal('v1') })),
});

/** What a channel sends, beside the rows as REST has them. */
export function channelMessage(channel: Channel, row: z.ZodObject): z.ZodType {
  const cursor = z.string().describe('Where to go on from after a break');
  const market = channel.markets ? { exchange: z.string(), symbol: z.string() } : {};
  const name = z.literal(channel.name);
  return z.discriminatedUnion('type', [
    z.object({ channel: name, type: z.enum(['snapshot', 'update']), cursor, data: z.array(row) }),
    z.object({
      channel: name,
      type: z.literal('delete'),
      cursor,
      data: z.array(z.looseObject(market)).describe('Keys of rows that are no more'),
    }),
    z.object({
      channel: name,
      type: z.literal('gap'),
      cursor,
      data: z.array(
        z.looseObject({
          ...market,
          dropped: z.int().nullable().describe('Rows that were not sent; null when it is not known how many'),
        }),
      ),
    }),
  ]);
}

/** The AsyncAPI 3 document of the WebSocket, with the columns that the SQL defines at this moment. */
export async function asyncApi(catalog: Catalog): Promise<Json> {
  const rows = await Promise.all(
    CHANNELS.map(async (channel) => {
      const schema = channelMessage(
        channel,
        rowSchema(await catalog.columns(channel.relation), channel.json),
      );
      return [channel.name, message(channel.name, channel.about, schema, 'output')] as const;
    }),
  );
  const messages: Readonly<Record<string, Json>> = {
    request: message('request', 'What a client may send', requestSchema, 'input'),
    answer: message('answer', 'Answer to a request', answerSchema, 'output'),
    status: message('status', 'Comes first', statusSchema, 'output'),
    heartbeat: message('heartbeat', 'Comes when nothing else does', heartbeatSchema, 'output'),
    ...Object.fromEntries(rows),
  };
  const channel = { $ref: '#/channels/stream' };
  const sent = Object.keys(messages).filter((name) => name !== 'request');
  const reference = (name: string): Json => ({ $ref: `#/channels/stream/messages/${name}` });
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tickwave streams',
      version: '1',
      description: "Rows of Tickwave's views as they change, in the envelope of Kraken's WebSocket v2.",
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    channels: {
      stream: {
        address: '/v1/ws',
        messages: Object.fromEntries(
          Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
        ),
        bindings: { ws: { method: 'GET' } },
      },
    },
    operations: {
      ask: { action: 'receive', channel, messages: [reference('request')] },
      follow: { action: 'send', channel, messages: sent.map(reference) },
    },
    components: { messages },
  };
}

function message(name: string, summary: string, schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...payload } = z.toJSONSchema(schema, {
    io,
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // The format says it; zod's pattern for a date is half a page.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });
  return { name, summary, payload };
}
