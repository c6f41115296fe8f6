import { z } from 'zod';
import { choice, number, optional, text } from '../variable.ts';

const portOrAny = z.number().int().min(0).max(65_535);

/** How it is reached and how much it says. */
export const SERVICE = {
  PORT: number(
    'Port of the HTTP API. 0 takes a free one.',
    '8080',
    'a whole number from 0 to 65535',
    portOrAny,
  ),
  HOST: text(
    'Address that the HTTP API listens on. One that others can reach takes keys: see docs/api.md.',
    '127.0.0.1',
    'an address or a name of this machine, as 127.0.0.1 or 0.0.0.0',
  ),
  API_KEYS: choice(
    'Who needs a key to read: auto, those who come from other machines; required, everybody, as behind a proxy.',
    'auto',
    ['auto', 'required'],
  ),
  API_KEYS_FILE: optional(
    text('File of the keys instead of api-keys.json in DATA_DIR.', '', 'the path of a file'),
  ),
  API_ORIGINS: optional({
    about: 'Origins of web pages from elsewhere that may ask the API.',
    allowed: 'up to 50 origins such as https://desk.example with commas between them',
    standard: '',
    schema: z
      .string()
      .transform((value) => value.split(',').map((part) => part.trim()))
      .pipe(z.array(z.string().regex(/^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$/)).max(50)),
  }),
  API_RATE: number(
    'Requests a minute with one key, unless the key says otherwise.',
    '6000',
    'a whole number from 1 to 1000000',
    z.number().int().min(1).max(1_000_000),
  ),
  API_ADDRESS_RATE: number(
    'Requests a minute without a key from one address that is not this machine.',
    '600',
    'a whole number from 1 to 1000000',
    z.number().int().min(1).max(1_000_000),
  ),
  LOG_LEVEL: choice('How much is said on stderr. With debug, errors come with their stack.', 'info', [
    'silent',
    'error',
    'warn',
    'info',
    'debug',
  ]),
} as const;
