/** Keeps raw frames. */
export interface FrameRecorder {
  /** A number for a new connection to this exchange. */
  connection(exchange: string): number;
  write(frame: Uint8Array, receivedMicros: number, connection: number): Promise<void>;
}
