/** Recorded or made-up market data that is handed to the database bit by bit, in the order of time. */
export interface Tape {
  /** Start of the first minute and end of the last, milliseconds since the Unix epoch. */
  readonly startMs: number;
  readonly endMs: number;
  /** Rows before a moment: candles, heartbeats and trades. */
  rowsUntil(ms: number): number;
  /** Moment by which this share of the rows has passed, at the start of a minute. */
  timeOfShare(share: number): number;
  /** Lands everything before a moment that has not been landed yet. @returns rows landed */
  landUntil(ms: number): Promise<number>;
}
