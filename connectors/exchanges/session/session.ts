import type { Clock } from '../../../engine/clock.ts';
import { BadOption } from '../../errors.ts';
import type { Exchange, Message } from '../exchange.ts';
import type { FrameRecorder } from '../recording/frameRecorder.ts';
import { Backoff } from './backoff.ts';
import type { SessionHandler, SessionState } from './contract.ts';
import { type Frame, Inbox } from './inbox.ts';
import { Keeper } from './keeper.ts';
import { type Ending, Line } from './line.ts';
import { readFrame } from './readFrame.ts';
import { Subscriptions } from './subscriptions.ts';

export type { SessionHandler, SessionState } from './contract.ts';

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
    const { clock } = this.options;
    const { line, inbox } = this.dial();
    if (!(await line.opened(signal))) return line.ended;
    const openedAt = clock.now();
    const stop = (): void => {
      inbox.shut();
      void line.close();
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      await this.keep(line, inbox);
    } finally {
      signal.removeEventListener('abort', stop);
      // For a handler that threw; otherwise the line is over already.
      line.terminate('the handler failed');
    }
    if ((this.counted.lastFrameAt ?? openedAt) - openedAt >= HEALTHY_MS) this.backoff.reset();
    return line.ended;
  }

  private dial(): { readonly line: Line; readonly inbox: Inbox } {
    const { clock, exchange } = this.options;
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
    return { line, inbox };
  }

  /** Resolves when the line is over and what came over it is handed over. */
  private async keep(line: Line, inbox: Inbox): Promise<void> {
    const { clock, exchange, handler, recorder } = this.options;
    this.counted.attempts = 0;
    this.counted.lines++;
    this.connection = recorder?.connection(exchange.name) ?? 0;
    this.subscriptions.restart();
    this.enter('open');
    handler.up();
    const keeper = new Keeper({ exchange, clock, line, inbox, subscriptions: this.subscriptions });
    this.keeper = keeper;
    inbox.start();
    await keeper.run();
    this.keeper = null;
    await inbox.drained();
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
