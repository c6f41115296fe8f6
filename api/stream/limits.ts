/** What the streams allow. Each limit that is hit says its name. */
export interface StreamLimits {
  /** Connections in all, WebSocket and server-sent events together. */
  readonly connections: number;
  /** Connections from one address. */
  readonly connectionsPerAddress: number;
  /** Bytes of one message from a client. */
  readonly messageBytes: number;
  /** Subscriptions of a connection: one per channel, market and timeframe. */
  readonly subscriptions: number;
  /** Messages from a client a second, on average; twice as many at once. */
  readonly messagesPerSecond: number;
  /** Requests of one connection that wait for their answer. */
  readonly waitingRequests: number;
  /** Bytes that wait for a client beyond which it counts as slow, and is sent no more until half of them are gone. */
  readonly bufferedBytes: number;
  /** Rows that wait for a slow client. */
  readonly waitingRows: number;
  /** Milliseconds for which a client may be slow. */
  readonly slowMs: number;
  /** Milliseconds without data after which a heartbeat is sent. */
  readonly heartbeatMs: number;
  /** Milliseconds between pings; a client that answers none of two is gone. */
  readonly pingMs: number;
  /** Milliseconds within which a key must have come, where keys are needed. */
  readonly authenticateMs: number;
  /** Milliseconds for which a client may take to answer a close. */
  readonly closeMs: number;
  /** Changed rows of one market in one batch; of more only the newest are sent, and a gap is told. */
  readonly rowsPerBatch: number;
  /** Bytes of messages kept for those who come back. */
  readonly replayBytes: number;
  /** Milliseconds for which a market is followed after the last one has left it. */
  readonly lingerMs: number;
}

export const STREAM_LIMITS: StreamLimits = {
  connections: 2_000,
  connectionsPerAddress: 100,
  messageBytes: 16_384,
  subscriptions: 500,
  messagesPerSecond: 20,
  waitingRequests: 100,
  bufferedBytes: 1_048_576,
  waitingRows: 2_000,
  slowMs: 15_000,
  heartbeatMs: 1_000,
  pingMs: 20_000,
  authenticateMs: 10_000,
  closeMs: 2_000,
  rowsPerBatch: 1_000,
  replayBytes: 16_777_216,
  lingerMs: 60_000,
};
