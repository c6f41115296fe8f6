import { z } from 'zod';
import { choice, number, optional, type Variable } from '../variable.ts';

/** A market as `MARKETS` names it. */
export interface MarketName {
  readonly exchange: string;
  /** As `BTC/USD`. */
  readonly symbol: string;
}

/** Most markets that one process feeds. */
const MOST_MARKETS = 200;
const MARKET = /^(?:([a-z]+):)?([A-Za-z0-9.]{1,15})[/-]([A-Za-z0-9.]{2,10})$/;

function list(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

const markets = z
  .string()
  .transform(list)
  .pipe(z.array(z.string().regex(MARKET)).min(1).max(MOST_MARKETS))
  .transform((names): MarketName[] => {
    const found = names.map((name) => {
      const [, exchange = 'kraken', base = '', quote = ''] = MARKET.exec(name) ?? [];
      return { exchange, symbol: `${base.toUpperCase()}/${quote.toUpperCase()}` };
    });
    return [...new Map(found.map((market) => [`${market.exchange} ${market.symbol}`, market])).values()];
  });

const ADDRESS = /^([a-z]+)=(wss?|https?):\/\/\S+$/;

/** Other addresses of an exchange, as `kraken=ws://…`. */
export interface ExchangeAddress {
  readonly exchange: string;
  readonly kind: 'websocket' | 'rest';
  readonly url: string;
}

const addresses = z
  .string()
  .transform(list)
  .pipe(z.array(z.string().regex(ADDRESS)))
  .transform((entries): ExchangeAddress[] =>
    entries.map((entry) => {
      const cut = entry.indexOf('=');
      const url = entry.slice(cut + 1).replace(/\/$/, '');
      return { exchange: entry.slice(0, cut), kind: url.startsWith('ws') ? 'websocket' : 'rest', url };
    }),
  );

/** Where trades come from. */
export const FEED = {
  FEED: choice(
    'What `start` feeds: live markets, the simulated market, or with auto live ones unless no exchange answers and none was ever stored.',
    'auto',
    ['auto', 'live', 'simulated'],
  ),
  MARKETS: {
    about: 'Live markets, as exchange:BASE/QUOTE; without an exchange it is kraken.',
    standard: 'kraken:BTC/USD,kraken:ETH/USD,kraken:SOL/USD,kraken:XRP/USD',
    allowed: `1 to ${MOST_MARKETS} markets such as kraken:BTC/USD,coinbase:ETH/USD,binance:BTC/USDT`,
    schema: markets,
  } satisfies Variable<MarketName[]>,
  HISTORY_HOURS: number(
    'Hours of trades that are fetched before the first live one when a market is new.',
    '26',
    'a number from 0 to 720',
    z.number().min(0).max(720),
  ),
  RESUME_HOURS: number(
    'Hours of downtime that are fetched at most when a market goes on; what is older stays a hole in the ledger.',
    '72',
    'a number from 0 to 720',
    z.number().min(0).max(720),
  ),
  EXCHANGE_URLS: optional({
    about: "Other addresses of an exchange's WebSocket and REST, for a proxy or for tests.",
    standard: null,
    allowed: 'entries such as kraken=wss://host/v2,kraken=https://host',
    schema: addresses,
  } satisfies Variable<ExchangeAddress[]>),
} as const;
