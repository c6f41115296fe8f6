import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Gate } from './access/gate.ts';
import type { Clock } from './context.ts';
import { exchangeOf } from './exchange.ts';

/** An answer that may be given again. */
export interface Answer {
  /** Template of the path, by which it is measured. */
  readonly route: string;
  readonly body: string;
  readonly etag: string;
  readonly cacheControl: string;
  /** The time, by the clock, until which it holds if nobody says otherwise. */
  readonly until: number;
}

interface Kept extends Omit<Answer, 'body'> {
  readonly body: Buffer;
  /** Made when somebody first takes it. */
  packed: Buffer | 'asked' | null;
}

const MOST_BYTES = 32 * 1024 * 1024;
/** Shorter ones are not worth packing, as for the middleware that packs all others. */
const PACKED_FROM = 1_024;
/** What is sent by those who take JSON, word for word. Whoever is choosier is answered by Express. */
const JSON_WANTED: ReadonlySet<string | undefined> = new Set([
  undefined,
  '*/*',
  'application/json',
  'application/json, text/plain, */*',
]);
const packing = promisify(gzip);

/**
 * Answers that hold for a moment, by address, as bytes. Everybody who may read is told the same, so that whoever asks for it next
 * costs no query and no JSON. Dropped as soon as what they are made of has changed.
 */
export class Answers {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;
  #generation = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** To be noted before anything is read for an answer: one that was begun before a change is not kept after it. */
  get generation(): number {
    return this.#generation;
  }

  /** Something has changed. */
  drop(): void {
    this.#generation += 1;
    this.#kept.clear();
    this.#bytes = 0;
  }

  /** Keeps what an address was answered. */
  keep(url: string, generation: number, { body, ...answer }: Answer): void {
    if (generation !== this.#generation || this.#clock.now() >= answer.until) return;
    this.#remove(url);
    const bytes = Buffer.from(body);
    this.#kept.set(url, { ...answer, body: bytes, packed: null });
    this.#bytes += bytes.length;
    for (const [oldest] of this.#kept) {
      if (this.#bytes <= MOST_BYTES) break;
      this.#remove(oldest);
    }
  }

  /** Answers with what is kept, and says whether it did. @throws Problem when the visitor may not have it */
  serve(request: IncomingMessage, response: ServerResponse, gate: Gate): boolean {
    const { method, url = '', headers } = request;
    const kept = this.#kept.get(url);
    if (kept === undefined || method !== 'GET' || !JSON_WANTED.has(headers.accept)) return false;
    if (this.#clock.now() >= kept.until) {
      this.#remove(url);
      return false;
    }
    const body = bytesFor(kept, headers['accept-encoding']);
    const known = headers['if-none-match'];
    if (body === null || (known !== undefined && known !== kept.etag) || 'cache-control' in headers)
      return false;
    const exchange = exchangeOf(response);
    exchange.route = kept.route;
    gate.allow(exchange.visitor, 'read');
    response.setHeader('vary', VARY + (response.hasHeader('vary') ? `, ${response.getHeader('vary')}` : ''));
    response.setHeader('cache-control', kept.cacheControl);
    response.setHeader('etag', kept.etag);
    if (known !== undefined) {
      response.statusCode = 304;
      response.end();
      return true;
    }
    response.setHeader('content-type', 'application/json; charset=utf-8');
    if (body !== kept.body) response.setHeader('content-encoding', 'gzip');
    response.setHeader('content-length', body.length);
    response.end(body);
    return true;
  }

  #remove(url: string): void {
    const kept = this.#kept.get(url);
    if (kept === undefined) return;
    this.#kept.delete(url);
    this.#bytes -= kept.body.length;
  }
}

const VARY = 'Accept, Accept-Encoding';

/** The bytes for a client that takes these encodings; null where they are not there yet, or it is for others to choose. */
function bytesFor(kept: Kept, encodings: string | string[] | undefined): Buffer | null {
  if (encodings === undefined || encodings === 'identity') return kept.body;
  // Weighed or excluded ones are for the middleware that packs.
  if (typeof encodings !== 'string' || encodings.includes(';')) return null;
  if (kept.body.length < PACKED_FROM) return kept.body;
  if (!/(^|[\s,])gzip([\s,]|$)/.test(encodings)) return null;
  if (kept.packed === null) {
    kept.packed = 'asked';
    void packing(kept.body).then((packed) => {
      kept.packed = packed;
    });
  }
  return kept.packed === 'asked' ? null : kept.packed;
}
