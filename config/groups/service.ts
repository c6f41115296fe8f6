import { z } from 'zod';
import { choice, number } from '../variable.ts';

const portOrAny = z.number().int().min(0).max(65_535);

/** How it is reached and how much it says. */
export const SERVICE = {
  PORT: number(
    'Port of the HTTP API. 0 takes a free one.',
    '8080',
    'a whole number from 0 to 65535',
    portOrAny,
  ),
  HOST: choice(
    'Address that the HTTP API listens on. It has no keys yet, so it serves this machine only.',
    '127.0.0.1',
    ['127.0.0.1', '::1', 'localhost'],
  ),
  LOG_LEVEL: choice('How much is said on stderr. With debug, errors come with their stack.', 'info', [
    'silent',
    'error',
    'warn',
    'info',
    'debug',
  ]),
} as const;
