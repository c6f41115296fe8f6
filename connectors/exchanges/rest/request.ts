import { types } from 'node:util';
import type { Clock } from '../../../engine/clock.ts';
import { ExchangeRefused, ExchangeUnreachable } from '../../errors.ts';
import { userAgent } from '../../userAgent.ts';
import { isHtml, refusalWords, retryAfterMs, wordsOf } from './httpAnswer.ts';

/** A request failed for a reason that passes. Never leaves the client. */
export class TransientFailure extends Error {
  /** Whether it was a refusal of the server, and not a fault on the way. */
  readonly limited: boolean;
  /** The pause that the server asked for. */
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    options: { readonly limited: boolean; readonly retryAfterMs: number | null; readonly cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.name = 'TransientFailure';
    this.limited = options.limited;
    this.retryAfterMs = options.retryAfterMs;
  }
}

export interface Request {
  readonly exchange: string;
  readonly url: string;
  readonly path: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal | undefined;
}

/** 418 is Binance's for those who go on after a 429. */
const LIMITED = new Set([418, 429, 503]);

/** So much of a refusal is read: it is for people. */
const MAX_REFUSAL_BYTES = 64 * 1024;

/** One GET. @throws TransientFailure, ExchangeRefused, ExchangeUnreachable */
export async function request(asked: Request): Promise<string> {
  const { clock, timeoutMs, signal } = asked;
  const giveUp = new AbortController();
  const answered = new AbortController();
  const stop = (): void => giveUp.abort(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  void clock.sleep(timeoutMs, answered.signal).then((late) => {
    if (late) giveUp.abort(failed(`no whole answer within ${timeoutMs / 1000} s`));
  });
  try {
    return await answerOf(asked, giveUp.signal);
  } catch (error) {
    if (giveUp.signal.aborted) throw giveUp.signal.reason;
    if (error instanceof ExchangeUnreachable || error instanceof ExchangeRefused) throw error;
    throw error instanceof TransientFailure ? error : failed(networkWords(error), error);
  } finally {
    answered.abort();
    signal?.removeEventListener('abort', stop);
  }
}

async function answerOf(asked: Request, signal: AbortSignal): Promise<string> {
  const { exchange, clock } = asked;
  const answer = await asked.fetch(asked.url.replace(/\/$/, '') + asked.path, {
    headers: { accept: 'application/json', 'user-agent': userAgent },
    signal,
  });
  const body = await bodyOf(answer, asked);
  const { status, statusText, headers } = answer;
  if (answer.ok) {
    if (!isHtml(headers.get('content-type'), body)) return body;
    throw failed(`a web page came instead of an answer: ${wordsOf(body)}`);
  }
  const words = refusalWords(status, statusText, body);
  if (LIMITED.has(status)) {
    const pause = retryAfterMs(headers.get('retry-after'), clock.now());
    throw new TransientFailure(words, { limited: true, retryAfterMs: pause });
  }
  if (status >= 500 || status === 408) throw failed(words);
  throw new ExchangeRefused(
    `${exchange} refused ${asked.path}: ${words}.`,
    'Check the market and the request; asking the same again is of no use.',
    { transient: false },
  );
}

/** Reads a body no further than the limit. */
async function bodyOf(answer: Response, asked: Request): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the stream, and with it the connection.
  for await (const part of answer.body ?? []) {
    bytes += part.length;
    if (bytes > MAX_REFUSAL_BYTES && !answer.ok) break;
    if (bytes > asked.maxBodyBytes) {
      throw new ExchangeUnreachable(
        `${asked.exchange} answered ${asked.path} with more than ${asked.maxBodyBytes} bytes.`,
        'Ask for less, or raise maxBodyBytes.',
      );
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function failed(message: string, cause?: unknown): TransientFailure {
  return new TransientFailure(message, { limited: false, retryAfterMs: null, cause });
}

/** fetch says only "fetch failed"; the reason is in its cause, and of several addresses only the code is. */
function networkWords(error: unknown): string {
  const cause = types.isNativeError(error) ? (error.cause ?? error) : error;
  if (!types.isNativeError(cause)) return String(cause);
  if (cause.message !== '') return cause.message;
  return 'code' in cause ? String(cause.code) : cause.name;
}
