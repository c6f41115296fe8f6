import type { Kysely } from 'kysely';
import type { Clock } from './context.ts';
import type { Views } from './database.ts';
import { Problem } from './problem.ts';
import { type Remembered, remembered } from './remembered.ts';

/** A market as the database names it. */
export interface Market {
  readonly exchange: string;
  /** As `BTC/USD`. */
  readonly symbol: string;
}

/** A symbol as addresses have it: `BTC-USD`. */
export function urlSymbol(symbol: string): string {
  return symbol.replaceAll('/', '-');
}

/** Finds markets by what addresses say. */
export class Markets {
  readonly #all: Remembered<readonly Market[]>;

  constructor(db: Kysely<Views>, clock: Clock) {
    this.#all = remembered(clock, 1_000, () =>
      db.selectFrom('markets').select(['exchange', 'symbol']).orderBy('exchange').orderBy('symbol').execute(),
    );
  }

  all(): Promise<readonly Market[]> {
    return this.#all.get();
  }

  /** The market of a symbol, whose exchange may be left out where only one has it. */
  async find(symbol: string, exchange: string | undefined): Promise<Market> {
    const all = await this.all();
    const wanted = symbol.toUpperCase();
    const named = all.filter((market) => urlSymbol(market.symbol).toUpperCase() === wanted);
    const found = exchange === undefined ? named : named.filter((market) => market.exchange === exchange);
    const [first, second] = found;
    if (!first) throw unknownMarket(symbol, exchange, named.length > 0 ? named : all);
    if (!second) return first;
    const exchanges = found.map((market) => market.exchange);
    throw new Problem('exchange_required', {
      detail: `${symbol} trades on ${exchanges.join(', ')}: say which with ?exchange=${first.exchange}`,
      field: 'exchange',
      more: { allowed: exchanges },
    });
  }
}

const SHOWN = 20;

function unknownMarket(symbol: string, exchange: string | undefined, near: readonly Market[]): Problem {
  const where = exchange === undefined ? '' : ` on ${exchange}`;
  const known = near.slice(0, SHOWN).map((market) => `${urlSymbol(market.symbol)} on ${market.exchange}`);
  const rest = near.length > SHOWN ? `, and ${near.length - SHOWN} more: see /v1/markets` : '';
  return new Problem('unknown_market', {
    detail: `There is no ${symbol}${where}. ${known.length > 0 ? `Known: ${known.join(', ')}${rest}` : 'No market has data yet'}`,
    field: exchange === undefined || near.length === 0 ? 'symbol' : 'exchange',
  });
}
