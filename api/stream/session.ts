import type { Logger } from 'pino';
import { asProblem } from '../failures.ts';
import { CLOSE, type Client } from './client.ts';
import type { StreamClock } from './clock.ts';
import type { StreamLimits } from './limits.ts';
import { Meter } from './meter.ts';
import { type Asked, Replies } from './replies.ts';
import { type Request, readRequest } from './requests.ts';
import { Subscriptions } from './subscriptions.ts';
import type { Topics } from './topics.ts';

export interface SessionOptions {
  readonly client: Client;
  readonly topics: Topics;
  readonly limits: StreamLimits;
  readonly clock: StreamClock;
  readonly logger: Logger;
  /** Whether nothing but a key may come first. */
  readonly needsKey: boolean;
  readonly authorize: (key: string) => Promise<boolean>;
}

/** Refused messages after which the connection is ended. */
const MOST_REFUSED = 100;
const KEY_FIRST = 'A key comes first: {"method":"authenticate","params":{"key":"…"}}';

/** The requests of one WebSocket, answered in the order in which they came. */
export class Session {
  readonly #options: SessionOptions;
  readonly #meter: Meter;
  readonly #replies: Replies;
  readonly #subscriptions: Subscriptions;
  readonly #openedAt: number;
  #needsKey: boolean;
  #waiting = 0;
  #refused = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(options: SessionOptions) {
    const { client, topics, limits, clock, needsKey } = options;
    this.#options = options;
    this.#meter = new Meter(clock, limits.messagesPerSecond);
    this.#replies = new Replies(client, clock);
    this.#subscriptions = new Subscriptions(client, topics, limits, this.#replies);
    this.#openedAt = clock.now();
    this.#needsKey = needsKey;
  }

  /** Takes a message of the client. */
  receive(text: string): void {
    const { limits, clock } = this.#options;
    const timeIn = clock.now();
    const read = readRequest(text);
    const asked: Asked =
      'error' in read
        ? { method: read.method, id: read.id, timeIn }
        : { method: read.request.method, id: read.request.req_id, timeIn };
    if (!this.#meter.pass() || this.#waiting >= limits.waitingRequests) {
      const most = `${limits.messagesPerSecond} messages a second are read, and ${limits.waitingRequests} wait for their answer`;
      this.#refuse(asked, 'rate_limited', `At most ${most}`);
    } else if ('error' in read) this.#refuse(asked, 'malformed_request', read.error);
    else this.#queue(read.request, asked);
  }

  #queue(request: Request, asked: Asked): void {
    this.#waiting++;
    this.#last = this.#last
      .then(() => this.#answer(request, asked))
      .finally(() => {
        this.#waiting--;
      });
  }

  /** Ends it when no key came in time. */
  sweep(): void {
    const { clock, limits, client } = this.#options;
    if (this.#needsKey && clock.now() - this.#openedAt > limits.authenticateMs)
      client.close(CLOSE.policy, `no key came within ${limits.authenticateMs / 1000} s`);
  }

  async #answer(request: Request, asked: Asked): Promise<void> {
    const { client, logger } = this.#options;
    // Who does not read the answers gets no more of them.
    await client.drained();
    try {
      if (request.method === 'ping') this.#replies.pong(asked);
      else if (request.method === 'authenticate') await this.#authenticate(request.params.key, asked);
      else if (this.#needsKey) this.#refuse(asked, 'unauthorized', KEY_FIRST);
      else if (request.method === 'subscribe') await this.#subscriptions.subscribe(request.params, asked);
      else await this.#subscriptions.unsubscribe(request.params, asked);
    } catch (error) {
      const { cause } = asProblem(error).details;
      if (cause) logger.warn({ method: asked.method, cause: String(cause) }, 'a request failed');
      this.#replies.failWith(asked, error);
    }
  }

  async #authenticate(key: string, asked: Asked): Promise<void> {
    const { authorize, client } = this.#options;
    if (await authorize(key)) {
      this.#needsKey = false;
      this.#replies.succeed(asked, {});
      return;
    }
    this.#replies.fail(asked, 'unauthorized', 'The key is not known');
    client.close(CLOSE.policy, 'the key is not known');
  }

  #refuse(asked: Asked, code: string, error: string): void {
    this.#refused++;
    if (this.#refused <= MOST_REFUSED) this.#replies.fail(asked, code, error);
    else this.#options.client.close(CLOSE.policy, `more than ${MOST_REFUSED} messages were refused`);
  }
}
