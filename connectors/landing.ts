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
}
