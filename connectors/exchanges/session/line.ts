import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { Clock } from '../../../engine/clock.ts';
import { userAgent } from '../../userAgent.ts';
import { refusalWords, retryAfterMs } from '../rest/httpAnswer.ts';

/** Without an open connection by then an attempt is given up, in milliseconds. */
const CONNECT_MS = 10_000;
/** How long the exchange has to answer our close frame. */
const CLOSE_MS = 2000;
/** Bytes of a refusal that are read: it is for people. */
const MAX_REFUSAL_BYTES = 64 * 1024;

export interface LineOptions {
  readonly url: string;
  readonly maxFrameBytes: number;
  readonly clock: Clock;
  readonly onFrame: (bytes: Buffer) => void;
  /** A ping or pong of the WebSocket itself came. */
  readonly onPing: () => void;
}

/** Why a line is over. */
export interface Ending {
  /** For people. */
  readonly reason: string;
  /** The pause that the exchange asked for, in milliseconds. */
  readonly retryAfterMs: number | null;
}

/** One WebSocket from its first packet to its last. */
export class Line {
  /** Resolves when nothing more comes. */
  readonly ended: Promise<Ending>;
  private readonly options: LineOptions;
  private readonly socket: WebSocket;
  private ending: Ending | null = null;
  private closed = false;

  constructor(options: LineOptions) {
    this.options = options;
    this.socket = new WebSocket(options.url, {
      perMessageDeflate: false,
      maxPayload: options.maxFrameBytes,
      // Text that is no UTF-8 is one bad frame, and no reason to lose the line.
      skipUTF8Validation: true,
      headers: { 'user-agent': userAgent },
    });
    this.ended = new Promise((resolve) => {
      this.socket.on('close', (code, words) => {
        this.closed = true;
        resolve(this.ending ?? { reason: closeWords(code, words.toString('utf8')), retryAfterMs: null });
      });
    });
    this.listen();
  }

  /** Whether nothing more comes. */
  get over(): boolean {
    return this.closed;
  }

  /** Resolves with true once the line is open, with false when it is over before. */
  async opened(signal: AbortSignal): Promise<boolean> {
    const decided = new AbortController();
    const stop = (): void => this.terminate('stopped');
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    void this.options.clock.sleep(CONNECT_MS, decided.signal).then((late) => {
      if (late) this.terminate(`no connection within ${CONNECT_MS / 1000} s`);
    });
    try {
      return await new Promise<boolean>((resolve) => {
        this.socket.once('open', () => resolve(true));
        void this.ended.then(() => resolve(false));
      });
    } finally {
      decided.abort();
      signal.removeEventListener('abort', stop);
    }
  }

  /** Sends a frame, if the line is still open. */
  send(text: string): void {
    // A failure to send shows as the end of the line.
    this.socket.send(text, () => undefined);
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Says goodbye, and hangs up when the exchange does not answer. */
  async close(): Promise<void> {
    this.ending ??= { reason: 'stopped', retryAfterMs: null };
    // The answer to the close frame comes through a socket that may be paused.
    this.socket.resume();
    this.socket.close(1000);
    const gone = new AbortController();
    void this.ended.then(() => gone.abort());
    if (await this.options.clock.sleep(CLOSE_MS, gone.signal)) this.socket.terminate();
    await this.ended;
  }

  /** Hangs up. The first reason stays. */
  terminate(reason: string): void {
    this.ending ??= { reason, retryAfterMs: null };
    this.socket.terminate();
  }

  private listen(): void {
    const { onFrame, onPing, maxFrameBytes } = this.options;
    // The standard binary type is one Buffer a frame.
    this.socket.on('message', (data) => onFrame(data as Buffer));
    this.socket.on('ping', onPing);
    this.socket.on('pong', onPing);
    this.socket.on('error', (error) => this.terminate(errorWords(error, maxFrameBytes)));
    this.socket.on('unexpected-response', (_request, answer) => void this.refused(answer));
  }

  /** The server answered the upgrade with a page or an error of HTTP. */
  private async refused(answer: IncomingMessage): Promise<void> {
    const { statusCode = 0, statusMessage = '', headers } = answer;
    const retryAfter = retryAfterMs(headers['retry-after'], this.options.clock.now());
    const ending = (body: string): Ending => ({
      reason: refusalWords(statusCode, statusMessage, body),
      retryAfterMs: retryAfter,
    });
    // Should the body never end, the time-out hangs up, with what is known.
    this.ending ??= ending('');
    const body = await beginningOf(answer);
    this.ending = ending(body);
    this.socket.terminate();
  }
}

async function beginningOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of answer as AsyncIterable<Buffer>) {
      parts.push(part);
      bytes += part.length;
      if (bytes > MAX_REFUSAL_BYTES) break;
    }
  } catch {
    // Cut off in the middle: what came is enough.
  }
  return Buffer.concat(parts).toString('utf8');
}

function closeWords(code: number, words: string): string {
  // 1005 and 1006 are not sent: they stand for a close frame without a code, and for none at all.
  if (code === 1006) return 'the connection broke';
  const said = [code === 1005 ? '' : String(code), words].filter((part) => part !== '').join(' ');
  return said === '' ? 'the exchange closed the connection' : `the exchange closed the connection: ${said}`;
}

function errorWords(error: Error, maxFrameBytes: number): string {
  const code = 'code' in error ? String(error.code) : error.name;
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return `a frame was larger than ${maxFrameBytes} bytes`;
  // Where a name has several addresses, only the code says what happened.
  return error.message === '' ? code : error.message;
}
