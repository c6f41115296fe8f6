import { z } from 'zod';
import { choice, number, optional, type Variable } from '../variable.ts';

const MOST_FEEDS = 100;
const MOST_SUBREDDITS = 50;

function list(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Feeds to read: those that come with Tickwave, none, or these addresses; `default` may stand among them. */
const feeds = z
  .string()
  .transform((value) => (value === 'none' ? [] : [...new Set(list(value))]))
  .pipe(z.array(z.union([z.literal('default'), z.url({ protocol: /^https?$/ })])).max(MOST_FEEDS));

const subreddits = z
  .string()
  .transform((value) => (value === 'none' ? [] : list(value).map((name) => name.replace(/^r\//, ''))))
  .pipe(z.array(z.string().regex(/^[A-Za-z0-9_]{2,21}$/)).max(MOST_SUBREDDITS));

/** Where news comes from. */
export const NEWS = {
  NEWS: choice('Whether `start` collects news.', 'on', ['on', 'off']),
  NEWS_FEEDS: {
    about: 'RSS, Atom and JSON feeds that are read: default for those of docs/news.md, none, or addresses.',
    standard: 'default',
    allowed: `none, or up to ${MOST_FEEDS} http(s) addresses with commas between them, default among them`,
    schema: feeds,
  } satisfies Variable<string[]>,
  NEWS_SUBREDDITS: {
    about: 'Subreddits whose new posts are read.',
    standard: 'CryptoCurrency,Bitcoin,ethereum,solana',
    allowed: `none, or up to ${MOST_SUBREDDITS} names with commas between them`,
    schema: subreddits,
  } satisfies Variable<string[]>,
  NEWS_INTERVAL: number(
    'Seconds between two visits to a source of news; a source that asks for more is given more.',
    '300',
    'a number from 30 to 86400',
    z.number().min(30).max(86_400),
  ),
  NEWS_CONTACT: optional({
    about:
      'Where publishers may reach you, sent with every request: some, such as the SEC, refuse readers without.',
    standard: null,
    allowed: 'an e-mail address or a URL, up to 200 printable ASCII characters',
    schema: z.string().regex(/^[\x21-\x7e]{3,200}$/),
  } satisfies Variable<string>),
  CRYPTOPANIC_KEY: optional({
    about: 'Key of the CryptoPanic API; with it, its news is read too.',
    standard: null,
    allowed: 'the key as CryptoPanic shows it',
    schema: z.string().regex(/^[A-Za-z0-9_-]{8,128}$/),
    secret: true,
  } satisfies Variable<string>),
  CRYPTOPANIC_PLAN: choice('Plan that the key of CryptoPanic belongs to.', 'developer', [
    'developer',
    'growth',
    'enterprise',
  ]),
  NEWS_WEBHOOK_PORT: optional(
    number(
      'Port of this machine on which stories are taken by POST; without it none are.',
      '',
      'a whole number from 1 to 65535',
      z.number().int().min(1).max(65_535),
    ),
  ),
  NEWS_WEBHOOK_TOKEN: optional({
    about: 'What a sender of stories has to show.',
    standard: null,
    allowed: '16 to 256 printable ASCII characters without spaces',
    schema: z.string().regex(/^[\x21-\x7e]{16,256}$/),
    secret: true,
  } satisfies Variable<string>),
} as const;
