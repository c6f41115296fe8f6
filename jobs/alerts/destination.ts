import { z } from 'zod';

const name = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'has to be small letters, digits and dashes');
const web = z.url({ protocol: /^https?$/, error: 'has to be an address such as https://desk.example/hook' });
const allowPrivate = z.boolean().default(false);

/** Somewhere that alerts are sent to, as the file has it. */
export const destinationSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      ...{ name, type: z.literal('webhook'), url: web, allow_private: allowPrivate },
      secret: z.string().min(16, 'has to have 16 characters at least'),
    }),
    z.strictObject({ name, type: z.literal('slack'), url: web, allow_private: allowPrivate }),
    z.strictObject({
      ...{ name, type: z.literal('telegram'), allow_private: allowPrivate },
      token: z.string().regex(/^\d+:[\w-]+$/, 'has to be the token of a bot, such as 123456:ABC-def'),
      chat: z.string().regex(/^(-?\d+|@\w+)$/, 'has to be the id of a chat, such as -100123, or @channel'),
      api: web.default('https://api.telegram.org'),
    }),
    z.strictObject({
      ...{ name, type: z.literal('email'), from: z.email(), to: z.array(z.email()).min(1).max(20) },
      url: z.url({ protocol: /^smtps?$/, error: 'has to be an address such as smtps://user:password@host' }),
    }),
  ],
  { error: 'has to be webhook, slack, telegram or email' },
);

/** Somewhere that alerts are sent to. Plain data, with its secrets: never to be shown. */
export type Destination = Readonly<z.output<typeof destinationSchema>>;
export type DestinationOf<Type extends Destination['type']> = Extract<Destination, { readonly type: Type }>;
