import type { Clock } from '../../../engine/clock.ts';
import { ConnectorError, LimitReached } from '../../errors.ts';
import { SourceRefused, SourceUnreachable } from '../errors.ts';
import { beforeDeadline, DeadlinePassed } from './deadline.ts';
import { HostQueue } from './hostQueue.ts';
import { leadsInside } from './privateAddress.ts';
import { maxAgeMs, retryAfterMs } from './waits.ts';

export interface ReaderOptions {
  readonly clock: Clock;
  /** Sent with every request: who reads, and where to complain. */
  readonly userAgent: string;
  /** Time for a whole visit, redirects and body included, in milliseconds. Default 20 s. */
  readonly timeoutMs?: number;
  /** Largest body, unpacked, in bytes. Default 4 MiB. */
  readonly maxBodyBytes?: number;
  /** Default 5. */
  readonly maxRedirects?: number;
}

/** What is remembered of an answer, to ask only for what is new. */
export interface Validators {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

export interface Page {
  readonly body: Buffer;
  readonly contentType: string | null;
  readonly validators: Validators;
  /** How long the answer says it stays as it is, in milliseconds. */
  readonly waitMs: number;
  /** Where it came from in the end. */
  readonly url: string;
}

/** The page has not changed since. */
export interface Unchanged {
  readonly unchanged: true;
  readonly waitMs: number;
}

/**
 * Reads pages politely: one request at a time to a host, conditional, within limits of time, size and redirects.
 * Only addresses from the configuration may be given to it. They may be of a private network, for a feed of one's own;
 * but where a redirect leads to another host, that host must be a public one.
 */
export class PageReader {
  private readonly options: Required<ReaderOptions>;
  private readonly hosts = new HostQueue();

  constructor(options: ReaderOptions) {
    this.options = { timeoutMs: 20_000, maxBodyBytes: 4 * 1024 * 1024, maxRedirects: 5, ...options };
  }

  /** @throws SourceRefused, SourceUnreachable, LimitReached */
  async read(
    url: string,
    options: {
      readonly accept: string;
      readonly validators?: Validators | null;
      readonly signal: AbortSignal;
    },
  ): Promise<Page | Unchanged> {
    const headers: Record<string, string> = { accept: options.accept, 'user-agent': this.options.userAgent };
    const { etag = null, lastModified = null } = options.validators ?? {};
    if (etag !== null) headers['if-none-match'] = etag;
    if (lastModified !== null) headers['if-modified-since'] = lastModified;
    return this.hosts.run(new URL(url).host, () =>
      this.withinTime(url, options.signal, async (signal) => {
        const response = await this.follow(url, headers, signal);
        return this.answer(url, response, signal);
      }),
    );
  }

  private async withinTime<T>(
    url: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { clock, timeoutMs } = this.options;
    try {
      return await beforeDeadline({ clock, timeoutMs, signal }, work);
    } catch (cause) {
      if (cause instanceof ConnectorError) throw cause;
      const words =
        cause instanceof DeadlinePassed
          ? `gave no whole answer within ${timeoutMs / 1000} s`
          : signal.aborted
            ? 'was not waited for'
            : `cannot be reached: ${causeOf(cause)}`;
      throw new SourceUnreachable(`${shownUrl(url)} ${words}.`, 'It is tried again later.', { cause });
    }
  }

  private async follow(
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Response> {
    let at = new URL(url);
    for (let hops = 0; ; hops++) {
      const response = await fetch(at, { headers, signal, redirect: 'manual', credentials: 'omit' });
      const location = response.headers.get('location');
      if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response;
      await response.body?.cancel();
      if (hops === this.options.maxRedirects) throw lost(url, 'redirects without end');
      if (!URL.canParse(location, at.href)) throw lost(url, 'redirects to no address');
      const next = new URL(location, at);
      if (next.protocol !== 'http:' && next.protocol !== 'https:')
        throw lost(url, `redirects to ${next.protocol}`);
      if (next.hostname !== at.hostname && (await leadsInside(next.hostname))) {
        throw lost(url, 'redirects into a private network');
      }
      at = next;
    }
  }

  private async answer(url: string, response: Response, signal: AbortSignal): Promise<Page | Unchanged> {
    const { headers, status } = response;
    const waitMs = maxAgeMs(headers.get('cache-control'), headers.get('age'));
    if (status === 304) return { unchanged: true, waitMs };
    if (!response.ok) {
      await response.body?.cancel();
      const wait = retryAfterMs(headers.get('retry-after'), this.options.clock.now());
      throw new SourceRefused(`${shownUrl(url)} answers HTTP ${status}.`, remedyOf(status), {
        status,
        waitMs: wait,
      });
    }
    return {
      body: await this.body(url, response, signal),
      contentType: headers.get('content-type'),
      validators: { etag: headers.get('etag'), lastModified: headers.get('last-modified') },
      waitMs,
      url: response.url === '' ? url : response.url,
    };
  }

  private async body(url: string, response: Response, signal: AbortSignal): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of response.body ?? []) {
      signal.throwIfAborted();
      bytes += part.length;
      if (bytes > this.options.maxBodyBytes) {
        throw new LimitReached(
          `${shownUrl(url)} sends more than ${this.options.maxBodyBytes} bytes.`,
          'Take another feed of this publisher, or raise maxBodyBytes.',
        );
      }
      parts.push(part);
    }
    return Buffer.concat(parts);
  }
}

/** An address as messages show it: without its query, where keys are. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function lost(url: string, words: string): SourceUnreachable {
  return new SourceUnreachable(`${shownUrl(url)} ${words}.`, 'Check the address in NEWS_FEEDS.');
}

function remedyOf(status: number): string {
  if (status === 429) return 'It is asked less often for a while; raise NEWS_INTERVAL if this goes on.';
  if (status === 401 || status === 403) {
    return 'Some publishers refuse readers that do not say who they are: set NEWS_CONTACT.';
  }
  if (status === 404 || status === 410)
    return 'The feed has moved or ended: check its address in NEWS_FEEDS.';
  return 'It is tried again later.';
}

/** What the network said, which fetch hides in the cause of a "fetch failed". */
function causeOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text = inner instanceof Error ? inner.message || inner.name : String(inner);
  return text.slice(0, 200).replace(/\.$/, '');
}
