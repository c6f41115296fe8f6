import type { Destination } from '../destination.ts';
import { type Message, textOf, titleOf } from '../message.ts';
import { sendEmail } from './email.ts';
import type { Outcome } from './outcome.ts';
import { post } from './post.ts';
import { signatureOf } from './signature.ts';

/** Sends one message; never throws. @param now milliseconds since the Unix epoch */
export async function send(destination: Destination, message: Message, now: number): Promise<Outcome> {
  if (destination.type === 'email') return sendEmail(destination, message);
  const allowPrivate = destination.allow_private;
  switch (destination.type) {
    case 'webhook': {
      const body = JSON.stringify(message);
      const headers = { 'tickwave-signature': signatureOf(body, destination.secret, now) };
      const secrets = [destination.url, destination.secret];
      return post({ url: destination.url, body, headers, allowPrivate, secrets });
    }
    case 'slack': {
      const text = `*${escaped(titleOf(message))}*\n${escaped(textOf(message))}`;
      const secrets = [destination.url, new URL(destination.url).pathname];
      return post({ url: destination.url, body: JSON.stringify({ text }), allowPrivate, secrets });
    }
    case 'telegram': {
      const { token, chat, api } = destination;
      const text = `${titleOf(message)}\n${textOf(message)}`;
      const body = JSON.stringify({ chat_id: chat, text, link_preview_options: { is_disabled: true } });
      const url = `${api.replace(/\/$/, '')}/bot${token}/sendMessage`;
      return post({ url, body, allowPrivate, secrets: [token] });
    }
  }
}

/** As Slack wants its three control characters. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
