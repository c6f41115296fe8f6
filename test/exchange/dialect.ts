import type { MadeTrade, MarketTape } from './tape.ts';

/** What a connection has subscribed to, by market. */
export interface Subscriptions {
  readonly trades: Set<string>;
  /** Heartbeats that carry a market's newest id, where the exchange has such a channel. */
  readonly heartbeats: Set<string>;
}

/** What a dialect may know of the exchange. */
export interface Floor {
  /** The exchange's clock, microseconds since the Unix epoch. */
  readonly micros: number;
  /** Newest instant that REST shows already. */
  readonly restMicros: number;
  /** Whether it trades, or is under maintenance. */
  readonly trading: boolean;
  /** Undefined when there is no such market, or not any more. */
  market(symbol: string): MarketTape | undefined;
}

/** An answer of the REST interface. */
export interface RestAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How one exchange speaks, from its own side. */
export interface Dialect {
  readonly name: string;
  /** Name of the market of this base currency, as `BTC/USD`. */
  symbolOf(base: string): string;
  /** Times on the wire are cut to so many microseconds. */
  readonly precisionMicros: number;
  /** How often it sends ping frames of the WebSocket protocol; null when never. */
  readonly pingMs: number | null;
  /** How often `heartbeat` is asked for; null when it sends none. */
  readonly heartbeatMs: number | null;
  /** Sent to whoever connects. */
  greeting(floor: Floor): readonly string[];
  /** Answers a client's frame and notes what it subscribes to. */
  answer(frame: string, subscriptions: Subscriptions, floor: Floor): readonly string[];
  /** What is sent again when a snapshot repeats itself. */
  snapshot(market: MarketTape): readonly string[];
  /** Frames that say these trades of one market were made. */
  updates(trades: readonly MadeTrade[]): readonly string[];
  /** @param quiet whether nothing was sent since the last one. */
  heartbeat(subscriptions: Subscriptions, floor: Floor, quiet: boolean): readonly string[];
  /** Says whether it trades; empty where the exchange does not say so. */
  status(floor: Floor): readonly string[];
  /** Frames of a later version: channels and fields that nobody knows. */
  unknown(trades: readonly MadeTrade[]): readonly string[];
  rest(path: string, query: URLSearchParams, floor: Floor): RestAnswer;
}

/** The trades of a market that went over the socket, newest last. */
export function shownTrades(market: MarketTape, count: number): readonly MadeTrade[] {
  const shown: MadeTrade[] = [];
  for (let i = market.trades.length - 1; i >= 0 && shown.length < count; i--) {
    const trade = market.trades[i];
    if (trade !== undefined && !trade.hidden) shown.push(trade);
  }
  return shown.reverse();
}

/** How many of a market's trades REST shows at this moment: those from index 0 to here. */
export function visible(market: MarketTape, floor: Floor): number {
  return market.indexAt(floor.restMicros + 1);
}

export function json(status: number, body: string, headers?: Readonly<Record<string, string>>): RestAnswer {
  return { status, body, headers: { 'content-type': 'application/json', ...headers } };
}
