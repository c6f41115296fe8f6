import type { ImportedCandle, Trade } from '../landing.ts';

// What an exchange is to the feed: how to speak with it, and what it promises. One file an exchange implements this;
// connections, pauses, holes and limits are the business of the shared session and feed.

/** What a frame of the WebSocket says, in the words of the feed. */
export type Message =
  | {
      readonly kind: 'trades';
      readonly symbol: string;
      /** Sent on subscribing: trades that may be known already. */
      readonly snapshot: boolean;
      /** In order of id. `receivedAt` is the time that was given to `read`. */
      readonly trades: readonly Trade[];
    }
  /** The exchange will send this market's trades. */
  | { readonly kind: 'subscribed'; readonly symbol: string }
  | { readonly kind: 'unsubscribed'; readonly symbol: string }
  /** It will not, in its own words. Null where it does not say which market it means: all that wait for an answer. */
  | { readonly kind: 'rejected'; readonly symbol: string | null; readonly words: string }
  /**
   * The line is alive. With a symbol, the exchange says how far that market is: `newestId` is its latest trade's id,
   * so that a trade which was not delivered shows on a quiet market too.
   */
  | {
      readonly kind: 'alive';
      readonly symbol?: string;
      readonly newestId?: string;
      /** The exchange's clock, in microseconds since the Unix epoch. */
      readonly exchangeMicros?: number;
    }
  /** Whether the exchange trades. `words` is its own. */
  | { readonly kind: 'status'; readonly trading: boolean; readonly words: string }
  /** A frame of no interest here: another channel, a field that came with a new version. */
  | { readonly kind: 'ignored' };

/** A place in a market's history: a page may begin at a trade or at a time. */
export interface Place {
  /** Id of the first trade wanted; null when only the time is known. */
  readonly tradeId: string | null;
  /** Time of the first trade wanted, microseconds since the Unix epoch. */
  readonly micros: number;
}

/** Past trades over REST, a page at a time. */
export interface History {
  /** What pages are asked for by. By `time`, pages overlap by the trades of one instant; the feed drops the repetition. */
  readonly addressedBy: 'id' | 'time';
  /** Most trades of a page. */
  readonly pageSize: number;
  /** Shortest time between two requests, in milliseconds, that keeps below the exchange's limit. */
  readonly requestIntervalMs: number;
  /** Path and query of the newest page. */
  latest(symbol: string): string;
  /**
   * Path and query of the page that begins at this place, the place included.
   * @throws BadOption where pages are asked for by id and the place has none.
   */
  from(symbol: string, place: Place): string;
  /**
   * The trades of an answer, in order of id.
   * @throws ExchangeRefused in the exchange's own words; BadField when the answer is not what was agreed.
   */
  read(body: string, symbol: string, receivedAt: string): readonly Trade[];
}

/** Past one-minute candles over REST: few requests warm the indicators up while trades are still being fetched. */
export interface CandleHistory {
  /** Path and query of the candles from this time on, microseconds since the Unix epoch. */
  from(symbol: string, micros: number): string;
  /** Most minutes of an answer, and how far back the exchange goes at all, in minutes. */
  readonly pageMinutes: number;
  readonly reachMinutes: number;
  /**
   * The candles of an answer, in order of time. The minute that still runs may be among them.
   * @throws ExchangeRefused, BadField
   */
  read(body: string, symbol: string): readonly ImportedCandle[];
}

/** An exchange's public trade stream. */
export interface Exchange {
  /** As rows carry it: `kraken`. */
  readonly name: string;
  /** Default addresses; tests and proxies give others. */
  readonly websocketUrl: string;
  readonly restUrl: string;
  /** Trade ids count up by one within a market, so a missing id is a missing trade. */
  readonly contiguousIds: boolean;
  /** What cannot be promised on this exchange, for people; null when nothing. */
  readonly caveat: string | null;
  readonly limits: {
    /** Markets on one connection. */
    readonly symbolsPerConnection: number;
    /** Without any frame for so long the line is dead, in milliseconds. */
    readonly silenceMs: number;
    /** Shortest time between two frames that we send, in milliseconds. */
    readonly frameIntervalMs: number;
    /** Shortest time between two attempts to connect, in milliseconds. */
    readonly connectIntervalMs: number;
    /** Largest frame accepted, in bytes. */
    readonly maxFrameBytes: number;
  };
  /** Frames that ask for these markets' trades, snapshot included where the exchange has one. */
  subscribe(symbols: readonly string[]): readonly string[];
  unsubscribe(symbols: readonly string[]): readonly string[];
  /** A frame sent every so often to keep the line alive; null where the exchange or the protocol does it. */
  readonly ping: { readonly everyMs: number; frame(): string } | null;
  /**
   * What a frame says, in the order it says it.
   * @param receivedAt ISO 8601 in UTC.
   * @throws BadField, and nothing else, for any text: the frame becomes a dead letter and the stream goes on.
   */
  read(frame: string, receivedAt: string): readonly Message[];
  readonly history: History;
  readonly candles: CandleHistory;
}
