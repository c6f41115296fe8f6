import { fileURLToPath } from 'node:url';
import { optional, text } from '../variable.ts';

const packaged = fileURLToPath(new URL('../../alerts.yaml', import.meta.url));

/** What is watched, and who is told. Destinations are checked where the file of alerts is read. */
export const ALERTS = {
  ALERTS_FILE: text('File of the rules of alerts and of who is told.', packaged, 'the path of a file'),
  ALERT_WEBHOOK_URL: secret('Address that alerts are posted to as JSON.', 'an https address'),
  ALERT_WEBHOOK_SECRET: secret('Secret that those posts are signed with.', '16 characters at least'),
  ALERT_SLACK_URL: secret('Incoming webhook of Slack that alerts are posted to.', 'an https address'),
  ALERT_TELEGRAM_TOKEN: secret('Token of the Telegram bot that tells of alerts.', 'a token'),
  ALERT_TELEGRAM_CHAT: optional(text('Chat that it tells.', '', 'the id of a chat, or @channel')),
  ALERT_SMTP_URL: secret(
    'Mail server that alerts are sent by.',
    'an address such as smtps://user:password@mail.example',
  ),
  ALERT_EMAIL_FROM: optional(text('Who those mails are from.', '', 'a mail address')),
  ALERT_EMAIL_TO: optional(text('Who those mails are to.', '', 'a mail address')),
} as const;

function secret(about: string, allowed: string) {
  return { ...optional(text(about, '', allowed)), secret: true } as const;
}
