import pino, { type DestinationStream, type Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { redactor } from './redact.ts';

/**
 * The log of the API and of scoring: one JSON object a line on stderr, with `request_id` where it is about a request and `window_id`
 * where it is about a minute that was scored. No line has a secret in it.
 *
 * @param destination default: stderr, written at once
 */
export function openLog(
  config: Config,
  destination: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Logger {
  // Requests are logged with LOG_LEVEL=debug: at info the terminal belongs to the status lines.
  const level = config.LOG_LEVEL === 'info' ? 'warn' : config.LOG_LEVEL;
  const hide = redactor(config);
  const redact = { paths: SECRET_FIELDS, censor: '(hidden)' };
  return pino({ level, redact, hooks: { streamWrite: hide } }, destination);
}

/** Fields that are never shown, whatever they have, at the top or one below it. */
const SECRET_FIELDS = ['authorization', 'cookie', 'password', 'secret', 'token', 'api_key', 'key'].flatMap(
  (field) => [field, `*.${field}`],
);
