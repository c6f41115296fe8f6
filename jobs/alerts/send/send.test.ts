import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Destination, destinationSchema } from '../destination.ts';
import { type Message, testMessage } from '../message.ts';
import { type Mailbox, startMailbox } from '../testing/mailbox.ts';
import { type Receiver, startReceiver } from '../testing/receiver.ts';
import { post } from './post.ts';
import { send } from './send.ts';

const NOW = Date.UTC(2026, 0, 10, 12);
const SECRET = '0123456789abcdef';
const MESSAGE: Message = {
  ...{ id: 'feed-stale/symbol=BTC/USD/1/firing', event: 'firing', rule: 'feed-stale', severity: 'critical' },
  ...{ summary: 'Nothing <was> heard & more.', labels: { exchange: 'kraken', symbol: 'BTC/USD' } },
  ...{ value: 300.123456789, threshold: 240, since: '2026-01-10T11:55:00.000Z', resolved_at: null },
};

let receiver: Receiver;

beforeEach(async () => {
  receiver = await startReceiver();
});

afterEach(() => receiver.stop());

const made = (fields: object): Destination =>
  destinationSchema.parse({ name: 'desk', allow_private: true, ...fields });
const webhook = (fields: object = {}) =>
  made({ type: 'webhook', url: `${receiver.url}/hook?k=1`, secret: SECRET, ...fields });

describe('a webhook', () => {
  test('gets the message as JSON, signed with the time', async () => {
    receiver.reply = { status: 202, body: 'thank\nyou' };
    expect(await send(webhook(), MESSAGE, NOW)).toEqual({ kind: 'sent', said: '202 thank you' });
    const [{ path, headers, body } = { path: '', headers: {}, body: '' }] = receiver.received;
    expect([path, headers['content-type'], JSON.parse(body)]).toEqual([
      '/hook?k=1',
      'application/json',
      MESSAGE,
    ]);
    const hmac = createHmac('sha256', SECRET)
      .update(`${NOW / 1000}.${body}`)
      .digest('hex');
    expect(headers['tickwave-signature']).toBe(`t=${NOW / 1000},v1=${hmac}`);
  });

  test('on this machine gets nothing unless that is allowed', async () => {
    const outcome = await send(webhook({ allow_private: false }), MESSAGE, NOW);
    expect(outcome).toMatchObject({
      kind: 'refused',
      said: expect.stringContaining('not on the public internet'),
    });
    expect(receiver.received).toEqual([]);
  });

  test.each([
    [{ status: 302, headers: { location: '/elsewhere' } }, 'refused', /302.*redirects are not followed/],
    [{ status: 400, body: 'no such hook' }, 'refused', /^400 no such hook$/],
    [{ status: 500 }, 'later', /^500$/],
    [{ status: 408 }, 'later', /^408$/],
    ['cut', 'later', /hang up|ECONNRESET/],
  ] as const)('that answers %j: %s', async (reply, kind, said) => {
    receiver.reply = reply;
    const outcome = await send(webhook(), MESSAGE, NOW);
    expect(outcome).toMatchObject({ kind, said: expect.stringMatching(said) });
    expect(receiver.received).toHaveLength(1);
  });

  test('that asks for a pause is given one, an hour at most', async () => {
    receiver.reply = { status: 429, headers: { 'retry-after': '120' } };
    expect(await send(webhook(), MESSAGE, NOW)).toMatchObject({ kind: 'later', afterMs: 120_000 });
    receiver.reply = { status: 503, headers: { 'retry-after': '999999999' } };
    expect(await send(webhook(), MESSAGE, NOW)).toMatchObject({ kind: 'later', afterMs: 3_600_000 });
  });

  test('that never ends its answer is read no further than need be, and its own secrets are hidden', async () => {
    receiver.reply = { status: 200, body: SECRET + 'x'.repeat(5_000_000) };
    const { said } = await send(webhook(), MESSAGE, NOW);
    expect([said.length < 400, said.includes(SECRET)]).toEqual([true, false]);
  });
});

test('a destination that does not answer is left after a while', async () => {
  receiver.reply = 'hang';
  const outcome = await post({ url: receiver.url, body: '{}', allowPrivate: true, timeoutMs: 50 });
  expect(outcome).toEqual({ kind: 'later', said: expect.stringMatching(/no answer|abort/i), afterMs: null });
});

test('the address that was looked at is the one that is connected to, whatever the name stands for later', async () => {
  const { port } = new URL(receiver.url);
  const asked: string[] = [];
  const outcome = await post({
    ...{ url: `http://desk.example:${port}/`, body: '{}', allowPrivate: true },
    resolve: async (host) => {
      asked.push(host);
      return [{ address: '127.0.0.1', family: 4 }];
    },
  });
  expect([outcome.kind, asked, receiver.received[0]?.headers.host]).toEqual([
    'sent',
    ['desk.example'],
    `desk.example:${port}`,
  ]);
});

test('Slack gets text in which nothing of it is markup', async () => {
  await send(made({ type: 'slack', url: `${receiver.url}/services/T0/B0/x` }), MESSAGE, NOW);
  const { text } = JSON.parse(receiver.received[0]?.body ?? '') as { text: string };
  expect(text.split('\n')).toEqual([
    '*CRITICAL: feed-stale kraken BTC/USD*',
    'Nothing &lt;was&gt; heard &amp; more.',
    'Value 300.123, threshold 240.',
    'Since 2026-01-10T11:55:00.000Z.',
  ]);
});

test('Telegram gets a message of its bot, whose token is not told when that fails', async () => {
  const bot = made({ type: 'telegram', token: '123:abc-DEF', chat: '-100', api: receiver.url });
  expect((await send(bot, testMessage(NOW), NOW)).kind).toBe('sent');
  const [{ path, body } = { path: '', body: '{}' }] = receiver.received;
  expect(path).toBe('/bot123:abc-DEF/sendMessage');
  expect(JSON.parse(body)).toMatchObject({
    chat_id: '-100',
    text: expect.stringContaining('This is a test'),
  });
  receiver.reply = { status: 404, body: 'no bot 123:abc-DEF' };
  expect(await send(bot, MESSAGE, NOW)).toEqual({ kind: 'refused', said: '404 no bot (hidden)' });
});

describe('e-mail', () => {
  let mailbox: Mailbox;

  beforeEach(async () => {
    mailbox = await startMailbox();
  });

  afterEach(() => mailbox.stop());

  const mail = (url = mailbox.url) =>
    destinationSchema.parse({
      ...{ name: 'mail', type: 'email', url, from: 'tickwave@desk.example' },
      to: ['a@desk.example', 'b@desk.example'],
    });

  test('goes to all in one mail', async () => {
    expect(await send(mail(), MESSAGE, NOW)).toEqual({ kind: 'sent', said: '250 taken' });
    const [{ from, to, text } = { from: '', to: [], text: '' }] = mailbox.mails;
    expect([from, to]).toEqual(['tickwave@desk.example', ['a@desk.example', 'b@desk.example']]);
    expect(text).toContain('Subject: CRITICAL: feed-stale kraken BTC/USD');
    expect(text).toContain('Nothing <was> heard & more.');
  });

  test('is tried again when the server says so, and not when it says never', async () => {
    mailbox.recipientReply = '451 try again';
    expect(await send(mail(), MESSAGE, NOW)).toMatchObject({ kind: 'later' });
    mailbox.recipientReply = '550 no such mailbox';
    expect(await send(mail(), MESSAGE, NOW)).toMatchObject({
      kind: 'refused',
      said: expect.stringContaining('550'),
    });
  });

  test('is tried again when nobody is there', async () => {
    const { url } = mailbox;
    await mailbox.stop();
    expect(await send(mail(url), MESSAGE, NOW)).toMatchObject({
      kind: 'later',
      said: expect.stringContaining('ECONNREFUSED'),
    });
    mailbox = await startMailbox();
  });
});
