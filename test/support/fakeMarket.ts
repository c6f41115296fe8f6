import type { Exchange, Place } from '../../connectors/exchanges/exchange.ts';
import { isoOf, MICROS_PER_MINUTE, microsOf } from '../../connectors/instant.ts';
import type { ImportedCandle, Trade } from '../../connectors/landing.ts';
import { fakeExchange } from './fakeExchange.ts';

export interface FakeMarketOptions {
  readonly limits?: Partial<Exchange['limits']>;
  readonly addressedBy?: 'id' | 'time';
  readonly pageSize?: number;
  readonly contiguousIds?: boolean;
}

/** Any answer of a server. */
export type FakeAnswer = () => Response;

/** One market of an exchange whose REST interface is a function: what it traded, and what it shows of it. */
export class FakeMarket {
  readonly symbol = 'BTC/USD';
  /** Ascending by id. */
  trades: Trade[] = [];
  /** Newest trades that REST does not show yet. */
  lag = 0;
  /** Answers that are given before any other; `broken` for every request while it is set. */
  readonly answers: FakeAnswer[] = [];
  broken: FakeAnswer | null = null;
  readonly requests: string[] = [];
  readonly exchange: Exchange;
  private readonly options: Required<Omit<FakeMarketOptions, 'limits'>>;

  constructor({ limits = {}, ...options }: FakeMarketOptions = {}) {
    this.options = { addressedBy: 'time', pageSize: 10, contiguousIds: true, ...options };
    const { addressedBy, pageSize, contiguousIds } = this.options;
    this.exchange = fakeExchange({
      contiguousIds,
      limits,
      history: {
        addressedBy,
        pageSize,
        requestIntervalMs: 10,
        latest: () => '/latest',
        from: (_symbol, place) => this.pathOf(place),
        read: (body, symbol) => (JSON.parse(body) as Trade[]).filter((trade) => trade.symbol === symbol),
      },
      candles: {
        from: (_symbol, micros) => `/candles?from=${micros}`,
        pageMinutes: 5,
        reachMinutes: 60,
        read: (body, symbol) =>
          (JSON.parse(body) as ImportedCandle[]).filter((candle) => candle.symbol === symbol),
      },
    });
  }

  /** Lets trades happen, a number of them from an id on, evenly over the time. */
  make(fromId: number, count: number, from: string, secondsApart = 1): readonly Trade[] {
    const start = microsOf(from);
    const made = Array.from({ length: count }, (_, index) =>
      this.trade(fromId + index, isoOf(start + index * secondsApart * 1e6)),
    );
    this.trades = [...this.trades, ...made].sort((a, b) => Number(a.tradeId) - Number(b.tradeId));
    return made;
  }

  trade(id: number, ts: string): Trade {
    return {
      exchange: this.exchange.name,
      symbol: this.symbol,
      tradeId: String(id),
      ts,
      price: '100.5',
      quantity: '0.25',
      side: 'buy',
      receivedAt: ts,
    };
  }

  /** What it made of these ids. */
  ids(from: number, to: number): readonly Trade[] {
    return this.trades.filter(({ tradeId }) => Number(tradeId) >= from && Number(tradeId) <= to);
  }

  readonly fetch = (async (input: string | URL | Request) => {
    const url = new URL(String(input));
    this.requests.push(url.pathname + url.search);
    const answer = this.answers.shift() ?? this.broken;
    if (answer !== undefined && answer !== null) return answer();
    return new Response(JSON.stringify(this.answerTo(url)), {
      headers: { 'content-type': 'application/json' },
    });
  }) as typeof fetch;

  private pathOf({ tradeId, micros }: Place): string {
    return this.options.addressedBy === 'id' ? `/from?id=${tradeId}` : `/from?micros=${micros}`;
  }

  private answerTo(url: URL): readonly unknown[] {
    const { pageSize } = this.options;
    const visible = this.trades.slice(0, this.trades.length - this.lag);
    if (url.pathname === '/candles') return this.candles(Number(url.searchParams.get('from')));
    if (url.pathname === '/latest') return visible.slice(-pageSize);
    const id = url.searchParams.get('id');
    const micros = Number(url.searchParams.get('micros'));
    const first = visible.findIndex((trade) =>
      id === null ? microsOf(trade.ts) >= micros : Number(trade.tradeId) >= Number(id),
    );
    return first < 0 ? [] : visible.slice(first, first + pageSize);
  }

  /** Of the minutes that have trades. */
  private candles(fromMicros: number): readonly ImportedCandle[] {
    const minutes = new Set(
      this.trades.map(({ ts }) => Math.floor(microsOf(ts) / MICROS_PER_MINUTE) * MICROS_PER_MINUTE),
    );
    return [...minutes]
      .filter((micros) => micros >= fromMicros)
      .slice(0, 5)
      .map((micros) => ({
        exchange: this.exchange.name,
        symbol: this.symbol,
        windowStart: isoOf(micros),
        open: '1',
        high: '1',
        low: '1',
        close: '1',
        volume: '1',
        notional: null,
        trades: 1,
        takerBuyVolume: null,
      }));
  }
}
