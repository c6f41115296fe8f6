import { createTransport } from 'nodemailer';
import { said } from '../../models/errors.ts';
import type { DestinationOf } from '../destination.ts';
import { type Message, textOf, titleOf } from '../message.ts';
import type { Outcome } from './outcome.ts';

const TIMEOUT = 10_000;

/** Sends a message by SMTP: one mail to all. The password is that of the address of the server. */
export async function sendEmail(
  { url, from, to }: DestinationOf<'email'>,
  message: Message,
): Promise<Outcome> {
  const { protocol, hostname, port, username, password } = new URL(url);
  const transport = createTransport({
    ...{ host: hostname.replace(/^\[|\]$/g, ''), secure: protocol === 'smtps:' },
    ...(port === '' ? {} : { port: Number(port) }),
    ...(username === ''
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    ...{ connectionTimeout: TIMEOUT, greetingTimeout: TIMEOUT, socketTimeout: TIMEOUT, dnsTimeout: TIMEOUT },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  try {
    const { response } = await transport.sendMail({
      ...{ from, to: [...to], subject: titleOf(message), text: textOf(message) },
      headers: { 'x-tickwave-alert': encodeURIComponent(message.id) },
    });
    return { kind: 'sent', said: response.slice(0, 300) };
  } catch (error) {
    const code: unknown = (error as { responseCode?: unknown }).responseCode;
    const reason = password === '' ? said(error) : said(error).replaceAll(password, '(hidden)');
    // A server's 5xx is for good (RFC 5321, 4.2.1).
    return typeof code === 'number' && code >= 500
      ? { kind: 'refused', said: reason }
      : { kind: 'later', said: reason, afterMs: null };
  } finally {
    transport.close();
  }
}
