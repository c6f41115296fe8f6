import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../engine/clock.ts';
import { BadOption, LandingFailed } from '../../errors.ts';
import { isoOf } from '../../instant.ts';
import type { Taken } from '../intake.ts';
import type { Collected } from '../source.ts';
import { bodyOf, sentStories } from './body.ts';
import { Refusal } from './refusal.ts';
import { submissionOf } from './submission.ts';

export interface NewsWebhookOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** At least 16 characters. */
  readonly token: string;
  readonly clock: Clock;
  /** Lands what was sent: `(batch) => feed.take('webhook', batch)`. */
  readonly take: (batch: Pick<Collected, 'stories' | 'unusable'>) => Promise<Taken>;
  /** Default 1 MiB. */
  readonly maxBodyBytes?: number;
}

const PATH = '/news';
const SOURCE = 'webhook';
const SHORTEST_TOKEN = 16;
const MOST_CONNECTIONS = 32;
/** A whole request has to arrive within this time. */
const REQUEST_MS = 15_000;

/**
 * Takes stories over HTTP from whoever has the token, on this machine's loopback: `POST /news` with a story, an array of
 * them, or one a line. The answer comes when they are stored.
 */
export class NewsWebhook {
  private readonly options: Required<NewsWebhookOptions>;
  private readonly token: Buffer;
  private readonly server: Server;

  /** @throws BadOption when the token is too short to be one. */
  constructor(options: NewsWebhookOptions) {
    if (options.token.length < SHORTEST_TOKEN) {
      throw new BadOption(
        `The webhook's token has ${options.token.length} characters;`,
        `give NEWS_WEBHOOK_TOKEN at least ${SHORTEST_TOKEN}.`,
      );
    }
    this.options = { maxBodyBytes: 1024 * 1024, ...options };
    this.token = digest(options.token);
    this.server = createServer(
      { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
      (request, response) => {
        void this.answer(request, response);
      },
    );
    this.server.maxConnections = MOST_CONNECTIONS;
  }

  /** Resolves to the address that stories are posted to. */
  async listen(): Promise<string> {
    const { port } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (cause) => reject(taken(port, cause)));
      this.server.listen(port, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${PATH}`;
  }

  /** Takes no more, and waits for what is being stored. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeIdleConnections();
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const answer = await this.accept(request);
      send(response, 202, 'application/json', answer);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : failure(error);
      // What was not read of the body is not waited for.
      if (!request.complete) response.setHeader('connection', 'close');
      for (const [name, value] of Object.entries(refusal.headers)) response.setHeader(name, value);
      send(response, refusal.status, 'application/problem+json', refusal.problem());
    }
  }

  private async accept(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
    this.authorize(request.headers.authorization);
    if (request.url?.split('?', 1)[0] !== PATH)
      throw new Refusal(404, 'path', `Stories are posted to ${PATH}.`);
    if (request.method !== 'POST') {
      throw new Refusal(405, 'method', 'Stories are sent with POST.', { allow: 'POST' });
    }
    const body = await bodyOf(request, this.options.maxBodyBytes);
    const sent = sentStories(body, request.headers['content-type']);
    const submission = submissionOf(sent, SOURCE, isoOf(this.options.clock.now() * 1000));
    const { stories, duplicates } = await this.options.take(submission);
    const { problems } = submission;
    const [first] = problems;
    if (first !== undefined && problems.length === sent.length)
      throw new Refusal(422, first.field, first.detail);
    return { stories, duplicates, rejected: problems.length, problems };
  }

  private authorize(header: string | undefined): void {
    const given = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '';
    // Digests are of one length, so the comparison takes the same time for any token.
    if (timingSafeEqual(digest(given), this.token)) return;
    throw new Refusal(401, 'Authorization', 'It has to be Bearer and the token of NEWS_WEBHOOK_TOKEN.', {
      'www-authenticate': 'Bearer realm="tickwave news"',
    });
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function send(response: ServerResponse, status: number, type: string, value: unknown): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}

/** Nobody outside is told more than whether to try again. */
function failure(error: unknown): Refusal {
  return error instanceof LandingFailed && error.transient
    ? new Refusal(503, 'body', 'The database is away for a moment; send the same again.', {
        'retry-after': '5',
      })
    : new Refusal(500, 'body', 'It could not be stored.');
}

function taken(port: number, cause: Error): BadOption {
  return new BadOption(
    `The webhook cannot listen on port ${port}: ${cause.message}.`,
    'Give another NEWS_WEBHOOK_PORT.',
    { cause },
  );
}
