import type { Clock } from '../../../engine/clock.ts';
import { isoOf, microsOf } from '../../instant.ts';
import type { DeadLetter } from '../../landing.ts';
import type { Exchange, Message } from '../exchange.ts';
import type { FrameRecorder } from '../recording/frameRecorder.ts';
import { Session, type SessionHandler, type SessionState } from '../session/session.ts';
import type { ExchangeTime } from './exchangeTime.ts';
import type { MarketFeed } from './marketFeed.ts';

/** Bytes of a frame that a dead letter keeps at most. */
const MAX_LETTER_BYTES = 256 * 1024;

export interface FeedLineOptions {
  readonly exchange: Exchange;
  readonly url?: string;
  /** Counts connections from 1. */
  readonly number: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly recorder?: FrameRecorder;
  readonly time: ExchangeTime;
  readonly marketOf: (symbol: string) => MarketFeed | undefined;
  readonly deadLetter: (letter: DeadLetter) => Promise<void>;
  /** Something that people want to know. */
  readonly news: (sentence: string) => void;
}

/** One connection and the markets on it: brings what the exchange says to whom it concerns. */
export class FeedLine implements SessionHandler {
  readonly symbols = new Set<string>();
  readonly stop = new AbortController();
  /** The exchange's words while nothing trades. */
  halted: string | null = null;
  private readonly options: FeedLineOptions;
  private readonly session: Session;
  private isUp = false;

  constructor(options: FeedLineOptions) {
    const { exchange, url, clock, random, recorder } = options;
    this.options = options;
    this.session = new Session({
      exchange,
      symbols: [],
      clock,
      random,
      handler: this,
      ...(url === undefined ? {} : { url }),
      ...(recorder === undefined ? {} : { recorder }),
    });
  }

  get room(): number {
    return this.options.exchange.limits.symbolsPerConnection - this.symbols.size;
  }

  run(signal: AbortSignal): Promise<void> {
    return this.session.run(AbortSignal.any([signal, this.stop.signal]));
  }

  subscribe(symbol: string): void {
    this.session.subscribe([symbol]);
    this.symbols.add(symbol);
  }

  unsubscribe(symbol: string): void {
    this.session.unsubscribe([symbol]);
    this.symbols.delete(symbol);
  }

  state(): SessionState {
    return this.session.state();
  }

  async message(message: Message, receivedMicros: number): Promise<void> {
    const { time, marketOf } = this.options;
    switch (message.kind) {
      case 'trades': {
        const last = message.trades.at(-1);
        if (last === undefined) return;
        if (message.snapshot) time.atLeast(microsOf(last.ts), receivedMicros);
        else time.sent(microsOf(last.ts), receivedMicros);
        return marketOf(message.symbol)?.live(message.trades);
      }
      case 'alive': {
        const { symbol, newestId, exchangeMicros } = message;
        if (exchangeMicros !== undefined) time.sent(exchangeMicros, receivedMicros);
        const at = exchangeMicros ?? time.now(receivedMicros);
        if (symbol === undefined || newestId === undefined || at === null) return;
        return marketOf(symbol)?.newest(BigInt(newestId), at);
      }
      case 'status':
        return this.status(message.trading, message.words);
      case 'rejected':
        return this.news(`${message.symbol ?? 'a market'} is rejected: ${message.words}`);
      default:
    }
  }

  async unreadable(frame: Uint8Array, reason: string, receivedMicros: number): Promise<void> {
    const { exchange, number } = this.options;
    const cut = frame.length > MAX_LETTER_BYTES;
    const receivedAt = isoOf(receivedMicros);
    await this.options.deadLetter({
      source: exchange.name,
      place: `connection ${number} frame ${this.session.state().frames} at ${receivedAt}`,
      reason: cut ? `${reason} Of ${frame.length} bytes ${MAX_LETTER_BYTES} are kept.` : reason,
      raw: cut ? frame.subarray(0, MAX_LETTER_BYTES) : frame,
      receivedAt,
    });
  }

  up(): void {
    this.isUp = true;
    this.news('connected');
  }

  down(reason: string): void {
    this.halted = null;
    if (this.isUp) {
      this.isUp = false;
      for (const symbol of this.symbols) this.options.marketOf(symbol)?.lineDown();
    }
    this.news(`no connection: ${reason}`);
  }

  private status(trading: boolean, words: string): void {
    const halted = trading ? null : words;
    if (halted === this.halted) return;
    this.halted = halted;
    this.news(trading ? `trades again: ${words}` : `does not trade: ${words}`);
  }

  private news(sentence: string): void {
    this.options.news(`${this.options.exchange.name}, connection ${this.options.number}: ${sentence}`);
  }
}
