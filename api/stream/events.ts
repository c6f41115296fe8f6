import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { Problem } from '../problem.ts';
import { exchangeParameter } from '../schemas/common.ts';
import type { Admission, Authorize } from './admission.ts';
import { bearerKey } from './admission.ts';
import { CHANNEL_NAMES, type Channel, channelNamed } from './channels.ts';
import { Client, type Line } from './client.ts';
import type { StreamClock } from './clock.ts';
import type { Hub } from './hub.ts';
import type { StreamLimits } from './limits.ts';
import { Message } from './message.ts';
import { timeframeParameter } from './requests.ts';
import type { Topic } from './topic.ts';
import type { Named, Topics } from './topics.ts';

export interface EventsOptions {
  readonly hub: Hub;
  readonly topics: Topics;
  readonly admission: Admission;
  readonly limits: StreamLimits;
  readonly clock: StreamClock;
  readonly authorize: Authorize;
}

const names = z.string().regex(/^[a-z]{1,20}(,[a-z]{1,20}){0,20}$/, {
  error: `expected channels joined by commas, of ${CHANNEL_NAMES.join(', ')}`,
});
const symbols = z
  .string()
  .regex(/^[A-Za-z0-9._]{1,32}-[A-Za-z0-9._]{1,32}(,[A-Za-z0-9._]{1,32}-[A-Za-z0-9._]{1,32}){0,99}$/, {
    error: 'expected at most 100 symbols joined by commas, as BTC-USD,ETH-USD',
  });
/** The query of `/v1/stream`. */
export const eventsQuery = z.strictObject({
  channels: names.describe(`Channels joined by commas, of ${CHANNEL_NAMES.join(', ')}`),
  symbols: symbols
    .optional()
    .describe('Markets joined by commas, as BTC-USD,ETH-USD; needed by all channels but alert'),
  exchange: exchangeParameter.optional(),
  timeframe: timeframeParameter.default('1m').describe('For candle and indicator: length of the windows'),
  last_event_id: z.string().max(64).optional().describe('As the header Last-Event-ID, which goes first'),
});

type EventsQuery = z.output<typeof eventsQuery>;

/** Serves the streams as server-sent events: the same messages, with the cursor as the event's id. */
export class Events {
  readonly #options: EventsOptions;
  readonly #open = new Map<Client, Response>();
  #stopping = false;

  constructor(options: EventsOptions) {
    this.#options = options;
  }

  readonly handle: RequestHandler = async (request, response) => {
    const query = readQuery(request.query);
    const { admission, authorize } = this.#options;
    if (this.#stopping) throw new Problem('overloaded', { detail: 'The server is stopping' });
    const leave = admission.enter(request.socket.remoteAddress ?? '');
    if (typeof leave !== 'function')
      throw new Problem('overloaded', { detail: leave.detail, headers: { 'retry-after': '5' } });
    response.once('close', leave);
    if (!(await authorize(bearerKey(request), request)))
      throw new Problem('bad_parameter', { detail: 'A key is needed: Authorization: Bearer …' });
    const topics = await this.#acquire(query);
    if (response.destroyed) for (const topic of topics) this.#options.topics.release(topic);
    else this.#stream(request, response, topics, query);
  };

  /** Clients that do not keep up. */
  get slow(): number {
    return [...this.#open.keys()].filter((client) => client.isSlow).length;
  }

  /** Looks after every connection. */
  sweep(): void {
    for (const client of this.#open.keys()) client.sweep();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const closed = [...this.#open.values()].map(
      (response) => new Promise((done) => response.once('close', done)),
    );
    for (const client of [...this.#open.keys()]) client.close(0, 'the server is stopping');
    await Promise.all(closed);
  }

  async #acquire({ channels, symbols, exchange, timeframe }: EventsQuery): Promise<readonly Topic[]> {
    const { topics, limits } = this.#options;
    const wanted = channels.split(',').flatMap((name): readonly { channel: Channel; named: Named }[] => {
      const channel = channelNamed(name);
      if (!channel.markets) return [{ channel, named: {} }];
      if (symbols === undefined)
        throw new Problem('bad_parameter', {
          detail: `symbols: the channel ${name} is followed by market, as symbols=BTC-USD`,
          field: 'symbols',
        });
      return symbols.split(',').map((symbol) => ({
        channel,
        named: { symbol, exchange, timeframe: channel.timeframed ? timeframe : undefined },
      }));
    });
    if (wanted.length > limits.subscriptions)
      throw new Problem('bad_parameter', {
        detail: `A stream has at most ${limits.subscriptions} subscriptions, and this asks for ${wanted.length}`,
        field: 'symbols',
      });
    const found = await Promise.allSettled(
      wanted.map(({ channel, named }) => topics.acquire(channel, named)),
    );
    const acquired = found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const failed = found.find((one) => one.status === 'rejected');
    // Named twice, it is acquired twice, and once is enough.
    const unique = new Set<Topic>();
    for (const topic of acquired) {
      if (failed || unique.has(topic)) topics.release(topic);
      else unique.add(topic);
    }
    if (failed) throw failed.reason;
    return [...unique];
  }

  #stream(request: Request, response: Response, topics: readonly Topic[], query: EventsQuery): void {
    const { hub, limits, clock } = this.#options;
    response.status(200).set({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      // Or nginx would collect what it is sent.
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    response.write('retry: 2000\n\n');
    const client = new Client({ hub, line: lineOf(response, limits.closeMs, clock), limits, clock });
    this.#open.set(client, response);
    response.on('drain', () => client.resume());
    response.once('close', () => {
      this.#open.delete(client);
      client.ended();
    });
    const since = request.get('last-event-id') ?? query.last_event_id;
    if (since !== undefined && topics.some((topic) => hub.since(topic, since) === null)) {
      const text = JSON.stringify({ channel: 'status', type: 'reset', data: [{ since }] });
      client.send(new Message('reset', text));
      client.follow(topics, { snapshot: true }, () => {});
    } else client.follow(topics, { snapshot: true, since }, () => {});
  }
}

function lineOf(response: Response, closeMs: number, clock: StreamClock): Line {
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  return {
    get bufferedBytes() {
      return response.writableLength;
    },
    send: (wire) => {
      response.write(wire.event);
    },
    close: (_code, reason) => {
      const text = JSON.stringify({ channel: 'status', type: 'closing', data: [{ reason }] });
      response.end(new Message('closing', text).event);
      // Who does not read is not waited for.
      void clock.sleep(closeMs, closed.signal).then((late) => late && response.destroy());
    },
  };
}

function readQuery(given: unknown): EventsQuery {
  const read = eventsQuery.safeParse(given);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  if (issue?.code === 'unrecognized_keys')
    throw new Problem('unknown_parameter', {
      detail: `There is no parameter '${issue.keys[0]?.slice(0, 80)}'. Known here: ${Object.keys(eventsQuery.shape).join(', ')}`,
      field: issue.keys[0]?.slice(0, 80) ?? '',
    });
  const field = String(issue?.path[0] ?? '');
  throw new Problem('bad_parameter', { detail: `${field}: ${issue?.message}`, field });
}
