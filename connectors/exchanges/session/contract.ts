import type { Message } from '../exchange.ts';
import type { SubscriptionState } from './subscriptions.ts';

/** What a session tells. Whatever `message` or `unreadable` throws ends the session with that error. */
export interface SessionHandler {
  /**
   * Each message of each frame, in order. The next one waits until this is resolved, and in the end the exchange does:
   * the socket is paused. `receivedMicros` is when the frame came, in microseconds since the Unix epoch.
   */
  message(message: Message, receivedMicros: number): Promise<void>;
  /** A frame that could not be read, and why. */
  unreadable(frame: Uint8Array, reason: string, receivedMicros: number): Promise<void>;
  /** A line is open and its markets are being asked for. Comes before the line's first message. */
  up(): void;
  /** There is no line; the reason is for people. Comes after the line's last message, and after each failed attempt. */
  down(reason: string): void;
}

export interface SessionState {
  /** `waiting`: in the pause before the next attempt. */
  readonly state: 'connecting' | 'open' | 'waiting' | 'closed';
  /** Milliseconds since the Unix epoch, as `lastFrameAt`. */
  readonly since: number;
  /** Attempts to connect since the last line that opened. */
  readonly attempts: number;
  readonly lastFrameAt: number | null;
  /** Why the last line or attempt ended. */
  readonly lastError: string | null;
  readonly symbols: readonly SubscriptionState[];
  readonly frames: number;
  readonly bytes: number;
  /** Lines opened after the first. */
  readonly reconnects: number;
}
