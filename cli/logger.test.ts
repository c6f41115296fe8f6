import { expect, test } from '@jest/globals';
import { readConfig } from '../config/config.ts';
import { VARIABLES, type Variable } from '../config/variables.ts';
import { openLog } from './logger.ts';
import { redactor } from './redact.ts';

/** A log, and its lines so far. */
function logOf(environment: Readonly<Record<string, string>>) {
  const lines: string[] = [];
  const logger = openLog(readConfig(environment, '/'), { write: (line: string) => void lines.push(line) });
  return { logger, lines };
}

test('a line is JSON with what was given, and debug lines come with LOG_LEVEL=debug alone', () => {
  const { logger, lines } = logOf({});
  logger.debug('small');
  logger.warn({ request_id: 'r-1' }, 'refused');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ request_id: 'r-1', msg: 'refused' }),
  ]);
  const detailed = logOf({ LOG_LEVEL: 'debug' });
  detailed.logger.debug('small');
  expect(detailed.lines).toHaveLength(1);
});

test('no secret of the configuration is in any line, however it gets there', () => {
  const secrets = {
    DATABASE_URL: 'postgres://owner:p%40ssw%22rd-1@db.internal/tickwave',
    ELASTICSEARCH_PASSWORD: 'quo"ted\\secret-2',
    ALERT_WEBHOOK_SECRET: 'hook-secret-0003',
    ALERT_SMTP_URL: 'smtp://mailer:mail-secret-4@mail.internal',
  };
  const { logger, lines } = logOf(secrets);
  const cause = new Error(`connect ${secrets.DATABASE_URL} failed`);
  logger.error({ err: new Error(secrets.ELASTICSEARCH_PASSWORD, { cause }) }, 'it failed');
  logger.warn({ deep: { list: [secrets.ALERT_WEBHOOK_SECRET] } }, `to ${secrets.ALERT_SMTP_URL}`);
  logger.warn('password p@ssw"rd-1 was wrong');
  const written = lines.join('');
  for (const secret of ['@ssw', '%40ssw', 'secret-2', 'secret-0003', 'secret-4'])
    expect(written).not.toContain(secret);
  expect(lines.map((line) => typeof JSON.parse(line))).toEqual(['object', 'object', 'object']);
});

test('every variable that is secret is hidden', () => {
  const names = Object.entries<Variable<unknown>>(VARIABLES).filter(([, { secret }]) => secret === true);
  expect(names.length).toBeGreaterThan(8);
  for (const [name, { schema }] of names) {
    const value = [
      'https://u:planted-value@host.example/x',
      'postgres://u:planted-value@host/x',
      'planted-value',
    ].find((one) => schema.safeParse(one).success);
    if (value === undefined) throw new Error(`${name} takes none of the values of this test`);
    const hide = redactor(readConfig({ [name]: value }, '/'));
    expect([name, hide(`it was ${value}, or planted-value`)]).toEqual([
      name,
      expect.not.stringContaining('planted-value'),
    ]);
  }
});

test.each([
  ['get postgres://a:hunter22@h/d now', 'get postgres://a:(hidden)@h/d now'],
  ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer (hidden)'],
  ['key tw_0123abcd_x-y was used', 'key (hidden) was used'],
  ['POST /bot123:AAE-x_y/sendMessage', 'POST /bot(hidden)/sendMessage'],
  ['https://hooks.slack.com/services/T0/B0/xyz', 'https://hooks.slack.com/services/(hidden)'],
])('%s is written as %s', (line, written) => {
  expect(redactor(readConfig({}, '/'))(line)).toBe(written);
});

test.each([
  'GET /v1/candles/BTC-USD?from=2026-01-01T00:00:00Z took 3 ms',
  'http://127.0.0.1:8080/v1/markets is served',
  '2026-01-01T00:00:00Z kraken:BTC/USD stays',
])('%s stays as it is', (line) => {
  expect(redactor(readConfig({}, '/'))(line)).toBe(line);
});

test('fields that are called like secrets are hidden whatever they have', () => {
  const { logger, lines } = logOf({});
  logger.warn({ headers: { authorization: 'x', cookie: 'y', host: 'z' }, token: 'w' }, 'asked');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    headers: { authorization: '(hidden)', cookie: '(hidden)', host: 'z' },
    token: '(hidden)',
  });
});
