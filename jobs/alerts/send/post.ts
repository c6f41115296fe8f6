import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { said } from '../../models/errors.ts';
import { TargetRefused } from '../errors.ts';
import type { Outcome } from './outcome.ts';
import { type Resolve, targetOf } from './target.ts';

export interface PostOptions {
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly allowPrivate: boolean;
  /** Never shown, though an answer or an error may have them. */
  readonly secrets?: readonly string[];
  /** Milliseconds from the look-up of the name to the end of the answer; default 10 s. */
  readonly timeoutMs?: number;
  readonly resolve?: Resolve;
}

/** Bytes of an answer that are read. */
const MOST_READ = 2_000;
/** Milliseconds that a destination may ask to be left alone for. */
const LONGEST_WAIT = 3_600_000;

/** Posts JSON to an address that was looked at before. Redirects are not followed. Never throws: what goes wrong is the outcome. */
export async function post(options: PostOptions): Promise<Outcome> {
  const hide = (text: string): string =>
    (options.secrets ?? []).reduce((shown, secret) => shown.replaceAll(secret, '(hidden)'), text);
  try {
    const { status, text, retryAfter } = await exchange(options);
    const answer = hide(`${status} ${text}`.trim().slice(0, 300));
    if (status >= 200 && status < 300) return { kind: 'sent', said: answer };
    if (status >= 300 && status < 400)
      return { kind: 'refused', said: `${answer}: redirects are not followed` };
    const later = status >= 500 || status === 408 || status === 425 || status === 429;
    return later ? { kind: 'later', said: answer, afterMs: retryAfter } : { kind: 'refused', said: answer };
  } catch (error) {
    const reason = hide(said(error));
    return error instanceof TargetRefused
      ? { kind: 'refused', said: reason }
      : { kind: 'later', said: reason, afterMs: null };
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: number | null;
}

async function exchange(options: PostOptions): Promise<Answer> {
  const { body, headers = {}, allowPrivate, timeoutMs = 10_000, resolve } = options;
  const url = new URL(options.url);
  const signal = AbortSignal.timeout(timeoutMs);
  const timedOut = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${timeoutMs} ms`)), {
      once: true,
    });
  });
  timedOut.catch(() => {});
  const target = await Promise.race([targetOf(url, allowPrivate, resolve), timedOut]);
  const pinned: LookupFunction = (_host, { all }, done) => {
    if (all === true) done(null, [target]);
    else done(null, target.address, target.family);
  };
  const request = (url.protocol === 'https:' ? https : http).request(url, {
    ...{ method: 'POST', agent: false, lookup: pinned, signal, maxHeaderSize: 16_384 },
    headers: {
      ...{ 'content-type': 'application/json', 'user-agent': 'tickwave-alerts', ...headers },
      'content-length': Buffer.byteLength(body),
    },
  });
  const answered = new Promise<Answer>((done, fail) => {
    request.once('error', fail);
    request.once('response', (response) => {
      const retryAfter = Number(response.headers['retry-after']);
      read(response).then(
        (text) =>
          done({
            ...{ status: response.statusCode ?? 0, text },
            retryAfter: retryAfter > 0 ? Math.min(retryAfter * 1000, LONGEST_WAIT) : null,
          }),
        fail,
      );
    });
  });
  request.end(body);
  try {
    return await Promise.race([answered, timedOut]);
  } finally {
    answered.catch(() => {});
    request.destroy();
  }
}

/** The beginning of an answer, on one line. */
async function read(response: http.IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length >= MOST_READ) break;
  }
  return text.slice(0, MOST_READ).replace(/\s+/g, ' ');
}
