/** Which side took liquidity. */
export type Side = 'buy' | 'sell';

/** One trade as every connector hands it over. Prices and quantities stay decimal text from the wire to `numeric`. */
export interface Trade {
  readonly exchange: string;
  /** As `BTC/USD`. */
  readonly symbol: string;
  /** The exchange's own id, unique within (exchange, symbol); decimal text, for ids may pass 2^53. */
  readonly tradeId: string;
  /** Exchange time, ISO 8601 in UTC with up to microseconds. */
  readonly ts: string;
  /** Decimal text above 0. */
  readonly price: string;
  /** Base quantity, decimal text above 0. */
  readonly quantity: string;
  /** The taker's side. */
  readonly side: Side;
  /** When Tickwave first saw it, ISO 8601 in UTC. */
  readonly receivedAt: string;
}

/** "The feed was alive and complete in this minute": moves event time on when nothing trades. */
export interface Heartbeat {
  readonly exchange: string;
  readonly symbol: string;
  /** Start of the minute, ISO 8601 in UTC. */
  readonly minute: string;
}

/** One minute of OHLCV history; used only where no trades cover the minute. */
export interface ImportedCandle {
  readonly exchange: string;
  readonly symbol: string;
  /** Start of the minute, ISO 8601 in UTC. */
  readonly windowStart: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  /** Base volume. */
  readonly volume: string;
  /** Quote volume where the source has it. */
  readonly notional: string | null;
  /** Number of trades where the source has it. */
  readonly trades: number | null;
  /** Base volume of taker buys where the source has it. */
  readonly takerBuyVolume: string | null;
}

/** A message that could not be used, kept whole. */
export interface DeadLetter {
  /** Where it came from: `replay`, `import`, `kraken`, ... */
  readonly source: string;
  /** File and line, topic and offset, or connection. With `source` the key: the same letter twice is one row. */
  readonly place: string;
  /** The field, the value and what was expected. */
  readonly reason: string;
  /** The bytes as they arrived (cut at the size limit, and the reason says so). */
  readonly raw: Uint8Array;
  /** ISO 8601 in UTC. */
  readonly receivedAt: string;
}

/** How a hole in a market's trade ids stands: open, filled, or confirmed by the exchange to hold no trades. */
export type GapStatus = 'detected' | 'repaired' | 'permanent';

/** A hole in the trade stream, as the ledger `trade_gaps` keeps it. Written again as more becomes known of it. */
export interface TradeGap {
  readonly exchange: string;
  /** As `BTC/USD`. */
  readonly symbol: string;
  /** First missing trade id, decimal text. With exchange and symbol the key. */
  readonly fromId: string;
  /** Last missing trade id. */
  readonly toId: string;
  /** Time of the last trade before the hole, ISO 8601 in UTC. */
  readonly fromTs: string;
  /** Time of the first trade after it. */
  readonly toTs: string;
  /** Ids missing when the hole was found. */
  readonly missing: number;
  /** How many of them have been filled since. */
  readonly repaired: number;
  readonly status: GapStatus;
  /** What is known of the cause, as `reconnect`, `start` or `hole in the ids`. */
  readonly cause: string;
  readonly detectedAt: string;
  /** When it became repaired or permanent; null while it is open. */
  readonly closedAt: string | null;
}

/** A story as it was collected. The first arrival of an id stays. */
export interface NewsStory {
  /** The same however often it is collected: a hash of its canonical address. */
  readonly id: string;
  /** Feed or publisher. */
  readonly source: string;
  readonly title: string;
  readonly summary: string | null;
  readonly url: string | null;
  /** As the publisher states it, ISO 8601 in UTC; null when it does not. */
  readonly publishedAt: string | null;
  /** When Tickwave first saw it. */
  readonly receivedAt: string;
}

/** What a model made of a story for one asset. Written once. */
export interface NewsScore {
  readonly newsId: string;
  /** Base asset, as `BTC`. */
  readonly asset: string;
  /** Which model and which version of the prompt: `gpt-5-mini@3`, `lexicon@1`. */
  readonly model: string;
  /** -1 (bad for the price) to 1 (good for it). */
  readonly score: number;
  /** 0 to 1. */
  readonly confidence: number;
  readonly reason: string;
  /** When the score was known, ISO 8601 in UTC. */
  readonly scoredAt: string;
}

/**
 * Where connectors put what they have. A second arrival of the same key changes nothing.
 * Each call is one transaction: when it resolves the rows survive a crash.
 */
export interface Landing {
  /** Resolves to how many rows were new. */
  trades(rows: readonly Trade[]): Promise<number>;
  heartbeats(rows: readonly Heartbeat[]): Promise<number>;
  candles(rows: readonly ImportedCandle[]): Promise<number>;
  deadLetters(rows: readonly DeadLetter[]): Promise<number>;
  news(rows: readonly NewsStory[]): Promise<number>;
  newsScores(rows: readonly NewsScore[]): Promise<number>;
  /** The newest row of a key replaces the one before. Resolves to how many were written. */
  gaps(rows: readonly TradeGap[]): Promise<number>;
}
