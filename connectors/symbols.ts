import { UnknownMarket } from './errors.ts';

// The names that exchanges give to markets, brought to `BTC/USD`.

/** Codes of Kraken's own that the rest of the world writes otherwise. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['XBT', 'BTC'],
  ['XDG', 'DOGE'],
]);

/** What prices are quoted in, longest first: `BTCUSDT` is BTC in USDT, not BTCUSD in T. */
const QUOTES = [
  ...[
    'FDUSD',
    'PYUSD',
    'RLUSD',
    'USDT',
    'USDC',
    'USDP',
    'USDD',
    'USDE',
    'USD1',
    'USDG',
    'EURC',
    'EURT',
    'EURR',
  ],
  ...[
    'USD',
    'EUR',
    'GBP',
    'JPY',
    'CHF',
    'CAD',
    'AUD',
    'BRL',
    'TRY',
    'ZAR',
    'UAH',
    'PLN',
    'MXN',
    'ARS',
    'AED',
    'KRW',
  ],
  ...['DAI', 'XBT', 'BTC', 'ETH', 'BNB'],
].sort((a, b) => b.length - a.length);

/** Quotes that read as another asset's last letter and USD (`SHIBUSD`, `DOTUSD`): only behind these bases. */
const AMBIGUOUS_QUOTES = ['BUSD', 'TUSD'];
const THEIR_BASES = ['BTC', 'ETH', 'BNB', 'XRP', 'LTC', 'ADA', 'SOL', 'DOGE', 'LINK', 'AVAX', 'MATIC', 'TRX'];

/** Kraken's four-letter codes of the early assets: X before a coin, Z before a currency, as in XXBTZUSD. */
const LEGACY = /^(?:X([A-Z]{3})|Z([A-Z]{3}))(?:X([A-Z]{3})|Z([A-Z]{3}))$/;

const EXCHANGES = [
  'kraken',
  'binance',
  'coinbase',
  'bybit',
  'bitfinex',
  'okx',
  'bitstamp',
  'gemini',
  'simulated',
];

/** An asset's code as Tickwave writes it: `XBT` and `xbt` are `BTC`. */
export function asset(code: string): string {
  const upper = code.toUpperCase();
  return RENAMED.get(upper) ?? upper;
}

/**
 * A market's name as `BASE/QUOTE`.
 * @throws UnknownMarket when it cannot be split into base and quote.
 */
export function marketSymbol(name: string): string {
  const symbol = findSymbol(name);
  if (symbol === null) {
    throw new UnknownMarket(
      `${JSON.stringify(name.slice(0, 40))} is not a market Tickwave can read.`,
      'Write it as BASE/QUOTE, such as BTC/USD.',
    );
  }
  return symbol;
}

/** As `marketSymbol`, null when it cannot be split. */
export function findSymbol(name: string): string | null {
  const parts = /^([A-Za-z0-9.]{1,15})[/_-]([A-Za-z0-9.]{2,10})$/.exec(name);
  if (parts !== null) return `${asset(parts[1] ?? '')}/${asset(parts[2] ?? '')}`;
  const upper = name.toUpperCase();
  if (!/^[A-Z0-9.]{5,20}$/.test(upper)) return null;
  const legacy = LEGACY.exec(upper);
  if (legacy !== null) {
    const [base, quote] = legacy.slice(1).filter((part) => part !== undefined);
    return `${asset(base ?? '')}/${asset(quote ?? '')}`;
  }
  const ambiguous = AMBIGUOUS_QUOTES.find((code) => upper.endsWith(code));
  if (ambiguous !== undefined && THEIR_BASES.includes(upper.slice(0, -ambiguous.length))) {
    return `${upper.slice(0, -ambiguous.length)}/${ambiguous}`;
  }
  const quote = QUOTES.find((code) => upper.endsWith(code) && upper.length - code.length >= 2);
  return quote === undefined ? null : `${asset(upper.slice(0, -quote.length))}/${asset(quote)}`;
}

/** What a file's name says of its market: `binance_spot_btcusdt_20240808_trades.csv`, `XBTUSD.csv`. */
export function marketOfFileName(fileName: string): { readonly exchange?: string; readonly symbol?: string } {
  const words = fileName
    .replace(/\.(csv|json|jsonl|ndjson|txt|gz)(?=\.|$)/gi, '')
    .split(/[^A-Za-z0-9/]+/)
    .filter((word) => !/^\d+$/.test(word));
  const exchange = words.map((word) => word.toLowerCase()).find((word) => EXCHANGES.includes(word));
  const symbol = words.map(findSymbol).find((found) => found !== null) ?? pairOfWords(words);
  return { ...(exchange === undefined ? {} : { exchange }), ...(symbol === undefined ? {} : { symbol }) };
}

/** `BTC-USD` in a file's name is two words. */
function pairOfWords(words: readonly string[]): string | undefined {
  for (let i = 1; i < words.length; i++) {
    const [base = '', quote = ''] = [words[i - 1], words[i]?.toUpperCase()];
    const isBase = /^[A-Za-z0-9]{2,10}$/.test(base) && !EXCHANGES.includes(base.toLowerCase());
    if (QUOTES.includes(quote) && isBase) return `${asset(base)}/${asset(quote)}`;
  }
  return undefined;
}
