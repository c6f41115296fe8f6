import type { Clock } from '../../../engine/clock.ts';
import { BadOption } from '../../errors.ts';
import type { Exchange, Message } from '../exchange.ts';
import type { FrameRecorder } from '../recording/frameRecorder.ts';
import { Backoff } from './backoff.ts';
import { type Frame, Inbox } from './inbox.ts';
import { Keeper } from './keeper.ts';
import { type Ending, Line } from './line.ts';
import { readFrame } from './readFrame.ts';
import { type SubscriptionState, Subscriptions } from './subscriptions.ts';

/** A line that was heard for so long was healthy: the next pause begins small again. Milliseconds. */
const HEALTHY_MS = 60_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** A longer pause that an exchange asks for is not believed. */
const LONGEST_RETRY_AFTER_MS = 15 * 60_000;

/** After these, another market may have its turn to be asked for. */
const ANSWERS: ReadonlySet<Message['kind']> = new Set(['subscribed', 'unsubscribed', 'rejected']);

export interface SessionOptions {
  readonly exchange: Exchange;
  /** Instead of the exchange's own address. */
  readonly url?: string;
  /** At most `exchange.limits.symbolsPerConnection`. */
  readonly symbols: readonly string[];
  readonly clock: Clock;
  /** Jitter, 0 to 1. */
  readonly random: () => number;
  readonly handler: SessionHandler;
  /** Is given each frame before it is read. */
  readonly recorder?: FrameRecorder;
}

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

/**
 * One WebSocket connection to an exchange that is always there: connects, subscribes, and does so again whenever the
 * line is lost. It gives messages in order and knows nothing of trades.
 *
 * @example
 * const session = new Session({ exchange: kraken, symbols: ['BTC/USD'], clock, random, handler });
 * await session.run(signal);
 */
export class Session {
  private readonly options: SessionOptions;
  private readonly url: string;
  private readonly subscriptions: Subscriptions;
  private readonly backoff: Backoff;
  private keeper: Keeper | null = null;
  private connection = 0;
  private running = false;
  private now: { readonly state: SessionState['state']; readonly since: number };
  private readonly counted = {
    attempts: 0,
    frames: 0,
    bytes: 0,
    lines: 0,
    lastFrameAt: null as number | null,
    lastError: null as string | null,
  };

  /** @throws LimitReached for too many markets, BadOption for an address that is none. */
  constructor(options: SessionOptions) {
    const { exchange, symbols, clock, random } = options;
    this.options = options;
    this.url = options.url ?? exchange.websocketUrl;
    if (!/^wss?:/.test(this.url) || !URL.canParse(this.url)) {
      throw new BadOption(
        `The address ${JSON.stringify(this.url)} of ${exchange.name};`,
        'use wss://host/path.',
      );
    }
    this.subscriptions = new Subscriptions(symbols, exchange.limits.symbolsPerConnection);
    this.backoff = new Backoff({ baseMs: FIRST_PAUSE_MS, capMs: LONGEST_PAUSE_MS, random });
    this.now = { state: 'closed', since: clock.now() };
  }

  state(): SessionState {
    const { lines, ...counted } = this.counted;
    return {
      ...this.now,
      ...counted,
      reconnects: Math.max(0, lines - 1),
      symbols: this.subscriptions.list(),
    };
  }

  /** @throws LimitReached above `symbolsPerConnection`, and then none is added. */
  subscribe(symbols: readonly string[]): void {
    this.subscriptions.add(symbols);
    this.keeper?.nudge();
  }

  unsubscribe(symbols: readonly string[]): void {
    this.subscriptions.remove(symbols);
    this.keeper?.nudge();
  }

  /**
   * Resolves after the signal aborted and the line is closed; the message in hand is finished, those that wait are
   * dropped. Never rejects because of the network.
   * @throws what the handler or the recorder throws.
   */
  async run(signal: AbortSignal): Promise<void> {
    if (this.running) throw new Error('The session runs already.');
    this.running = true;
    try {
      while (!signal.aborted) await this.connect(signal);
    } finally {
      this.enter('closed');
      this.running = false;
    }
  }

  /** One attempt, its line, and the pause after it. */
  private async connect(signal: AbortSignal): Promise<void> {
    const { clock, exchange, handler } = this.options;
    const startedAt = clock.now();
    this.enter('connecting');
    this.counted.attempts++;
    const { reason, retryAfterMs } = await this.line(signal);
    this.counted.lastError = reason;
    handler.down(reason);
    if (signal.aborted) return;
    this.enter('waiting');
    const earliest = startedAt + exchange.limits.connectIntervalMs - clock.now();
    const asked = Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
    await clock.sleep(Math.max(this.backoff.next(), earliest, asked), signal);
  }

  private async line(signal: AbortSignal): Promise<Ending> {
    const { clock, exchange, handler } = this.options;
    const inbox: Inbox = new Inbox({
      handle: (frame) =>
        this.take(frame).catch((error: unknown) => {
          line.terminate('the handler failed');
          throw error;
        }),
      pause: () => line.pause(),
      resume: () => line.resume(),
      idle: () => this.keeper?.idle(),
    });
    const line = new Line({
      url: this.url,
      maxFrameBytes: exchange.limits.maxFrameBytes,
      clock,
      onFrame: (bytes) => {
        this.keeper?.heard();
        this.counted.lastFrameAt = clock.now();
        inbox.push({ bytes, receivedMicros: clock.now() * 1000 });
      },
      onPing: () => this.keeper?.heard(),
    });
    if (!(await line.opened(signal))) return line.ended;
    const openedAt = clock.now();
    this.opened();
    handler.up();
    inbox.start();
    const keeper = new Keeper({ exchange, clock, line, inbox, subscriptions: this.subscriptions });
    this.keeper = keeper;
    const stop = (): void => {
      inbox.clear();
      void line.close();
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      await keeper.run();
      await inbox.drained();
    } finally {
      this.keeper = null;
      signal.removeEventListener('abort', stop);
    }
    if ((this.counted.lastFrameAt ?? openedAt) - openedAt >= HEALTHY_MS) this.backoff.reset();
    return line.ended;
  }

  private opened(): void {
    this.counted.attempts = 0;
    this.counted.lines++;
    this.connection = this.options.recorder?.connection(this.options.exchange.name) ?? 0;
    this.subscriptions.restart();
    this.enter('open');
  }

  private async take({ bytes, receivedMicros }: Frame): Promise<void> {
    const { handler, recorder } = this.options;
    this.counted.frames++;
    this.counted.bytes += bytes.length;
    await recorder?.write(bytes, receivedMicros, this.connection);
    const messages = readFrame(this.options.exchange, bytes, receivedMicros);
    if (typeof messages === 'string') return handler.unreadable(bytes, messages, receivedMicros);
    for (const message of messages) {
      this.subscriptions.note(message);
      if (ANSWERS.has(message.kind)) this.keeper?.nudge();
      await handler.message(message, receivedMicros);
    }
  }

  private enter(state: SessionState['state']): void {
    this.now = { state, since: this.options.clock.now() };
  }
}
