import type { Clock } from '../../../engine/clock.ts';
import { ExchangeRefused, ExchangeUnreachable } from '../../errors.ts';
import type { Exchange } from '../exchange.ts';
import { Backoff } from '../session/backoff.ts';
import { request, TransientFailure } from './request.ts';
import { Turnstile } from './turnstile.ts';

export interface RestClientOptions {
  readonly exchange: Pick<Exchange, 'name' | 'restUrl'>;
  /** Instead of the exchange's own address. */
  readonly url?: string;
  readonly clock: Clock;
  /** Jitter of the pauses between attempts, 0 to 1. */
  readonly random: () => number;
  /** Shortest time between two requests, in milliseconds. */
  readonly intervalMs: number;
  /** Attempts after the first one. Default 6: about half a minute of pauses. */
  readonly retries?: number;
  /** A request without its whole answer by then is given up and tried again. Default 15 s. */
  readonly timeoutMs?: number;
  /** A longer answer is refused. Default 16 MiB. */
  readonly maxBodyBytes?: number;
  readonly fetch?: typeof fetch;
}

export interface RestCounts {
  readonly requests: number;
  /** Requests that were further attempts. */
  readonly retries: number;
  /** Answers that were a refusal, for good or for now. */
  readonly refused: number;
  /** Milliseconds that callers waited for their turn and between attempts. */
  readonly waitedMs: number;
}

/** A longer pause than this is not waited for. Binance bans addresses for up to three days. */
const LONGEST_PAUSE_MS = 5 * 60_000;

/**
 * GETs one exchange's public REST. All callers share one spacing, first come first served; a pause that the exchange
 * asks for holds all of them.
 */
export class RestClient {
  private readonly options: Required<Omit<RestClientOptions, 'exchange' | 'random'>>;
  private readonly exchange: string;
  private readonly random: () => number;
  private readonly turnstile: Turnstile;
  private readonly counted = { requests: 0, retries: 0, refused: 0, waitedMs: 0 };
  private bannedUntil = 0;

  constructor(options: RestClientOptions) {
    const { exchange, random, ...rest } = options;
    this.options = {
      url: exchange.restUrl,
      retries: 6,
      timeoutMs: 15_000,
      maxBodyBytes: 16 * 1024 * 1024,
      fetch: globalThis.fetch,
      ...rest,
    };
    this.exchange = exchange.name;
    this.random = random;
    this.turnstile = new Turnstile(this.options.clock, this.options.intervalMs);
  }

  counts(): RestCounts {
    return { ...this.counted };
  }

  /**
   * The body of an answer.
   * @param path with the query, as `/0/public/Trades?pair=XBTUSD`.
   * @throws ExchangeRefused when asking the same again is of no use; ExchangeUnreachable when it is, later;
   *   the signal's reason when it aborts.
   */
  get(path: string, signal?: AbortSignal): Promise<string> {
    return this.getRead(path, (body) => body, signal);
  }

  /**
   * What `read` makes of the answer. Where an exchange says "too fast" inside an answer of status 200, `read` throws
   * ExchangeRefused with `transient`, and the request is made again as after a 429.
   * @throws as `get`, and what else `read` throws.
   */
  async getRead<T>(path: string, read: (body: string) => T, signal?: AbortSignal): Promise<T> {
    const backoff = new Backoff({ baseMs: 1000, capMs: 30_000, random: this.random });
    for (let attempt = 0; ; attempt++) {
      await this.turn(signal);
      if (attempt > 0) this.counted.retries++;
      const failure = await this.attempt(path, read, signal);
      if (!(failure instanceof TransientFailure)) return failure.value;
      if (attempt >= this.options.retries) {
        throw this.unreachable(attempt === 0 ? 'after 1 attempt' : `after ${attempt + 1} attempts`, failure);
      }
      await this.pause(failure, backoff.next(), signal);
    }
  }

  private async attempt<T>(
    path: string,
    read: (body: string) => T,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly value: T } | TransientFailure> {
    this.counted.requests++;
    try {
      const body = await request({ ...this.options, exchange: this.exchange, path, signal });
      return { value: read(body) };
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof TransientFailure) {
        if (error.limited) this.counted.refused++;
        return error;
      }
      if (!(error instanceof ExchangeRefused)) throw error;
      this.counted.refused++;
      if (!error.transient) throw error;
      return new TransientFailure(error.message, { limited: true, retryAfterMs: null, cause: error });
    }
  }

  private async turn(signal: AbortSignal | undefined): Promise<void> {
    const { clock } = this.options;
    this.refuseWhileBanned();
    const came = clock.now();
    const passed = await this.turnstile.pass(signal);
    this.counted.waitedMs += clock.now() - came;
    if (!passed) signal?.throwIfAborted();
    this.refuseWhileBanned();
  }

  private refuseWhileBanned(): void {
    if (this.bannedUntil <= this.options.clock.now()) return;
    throw this.unreachable(`it asked to be left alone until ${new Date(this.bannedUntil).toISOString()}`);
  }

  private async pause(failure: TransientFailure, backoffMs: number, signal?: AbortSignal): Promise<void> {
    const { clock } = this.options;
    const ms = Math.max(failure.retryAfterMs ?? 0, backoffMs);
    if (ms > LONGEST_PAUSE_MS) {
      this.bannedUntil = clock.now() + ms;
      this.refuseWhileBanned();
    }
    if (failure.limited) {
      // The limit is the address's: it holds for every caller.
      this.turnstile.hold(ms);
      return;
    }
    this.counted.waitedMs += ms;
    if (!(await clock.sleep(ms, signal))) signal?.throwIfAborted();
  }

  private unreachable(when: string, failure?: TransientFailure): ExchangeUnreachable {
    const reason = failure === undefined ? '' : `: ${failure.message}`;
    return new ExchangeUnreachable(
      `${this.exchange} (${this.options.url}) gives no answer, ${when}${reason}.`,
      'It is asked again later; check the network if it stays so.',
      failure === undefined ? undefined : { cause: failure },
    );
  }
}
