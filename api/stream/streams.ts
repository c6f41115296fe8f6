import type { Server } from 'node:http';
import type { Express } from 'express';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Context } from '../context.ts';
import { Admission, type Authorize } from './admission.ts';
import { asyncApi } from './asyncapi.ts';
import type { ChangeSource } from './changeSource.ts';
import type { StreamClock } from './clock.ts';
import { Events } from './events.ts';
import { Hub } from './hub.ts';
import { STREAM_LIMITS, type StreamLimits } from './limits.ts';
import { Sockets } from './sockets.ts';
import { Topics } from './topics.ts';

/** What the streams work with. */
export interface StreamsOptions {
  /** Connections of the read-only role. The caller ends it. */
  readonly pool: Pool;
  readonly source: ChangeSource;
  readonly clock: StreamClock;
  readonly logger: Logger;
  /** Whether a key may be used, null being none; default: nobody needs one. */
  readonly authorize?: Authorize;
  /** Origins whose pages may connect, beside this machine's own. */
  readonly origins?: readonly string[];
  readonly limits?: Partial<StreamLimits>;
}

interface Parts {
  readonly hub: Hub;
  readonly sockets: Sockets;
  readonly events: Events;
}

/**
 * What changes, as it changes: `/v1/ws`, `/v1/stream` and their document.
 *
 * @example
 * const streams = new Streams({ pool, source, clock, logger });
 * const app = createApi({ …, mount: (app, context) => streams.mount(app, context) });
 * const listening = await listen(app, 8080);
 * streams.attach(listening.server);
 * await streams.stop(); // before the server's own stop
 */
export class Streams {
  readonly #options: StreamsOptions;
  readonly #limits: StreamLimits;
  readonly #admission: Admission;
  readonly #stopping = new AbortController();
  #parts: Parts | null = null;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(options: StreamsOptions) {
    this.#options = options;
    this.#limits = { ...STREAM_LIMITS, ...options.limits };
    this.#admission = new Admission(this.#limits);
  }

  /** Connections at this moment, those that do not keep up, and the topics that are followed. */
  get figures(): { readonly connections: number; readonly slow: number; readonly topics: number } {
    const { hub, sockets, events } = this.#parts ?? {};
    const slow = (sockets?.slow ?? 0) + (events?.slow ?? 0);
    return { connections: this.#admission.connections, slow, topics: hub?.topics ?? 0 };
  }

  /** Adds `/v1/stream` and `/asyncapi.json` to the API. */
  mount(app: Express, context: Context): void {
    const { pool, source, clock, logger, authorize = async () => true, origins = [] } = this.#options;
    const { catalog, markets } = context;
    const limits = this.#limits;
    const hub = new Hub({ pool, catalog, source, clock, logger, limits });
    const common = { hub, topics: new Topics(hub, markets, catalog), admission: this.#admission };
    const events = new Events({ ...common, limits, clock, authorize });
    const sockets = new Sockets({ ...common, limits, clock, logger, authorize, origins });
    this.#parts = { hub, sockets, events };
    app.get('/v1/stream', events.handle);
    app.get('/asyncapi.json', async (_request, response) => {
      response.set('cache-control', 'no-cache').json(await asyncApi(catalog));
    });
    this.#sweeping = this.#sweep(this.#parts);
  }

  /** Takes the WebSockets of the server that serves the API. */
  attach(server: Server): void {
    this.#parts?.sockets.attach(server);
  }

  /** Tells every client that the server goes away and ends the connections; the server itself is stopped after it. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#sweeping;
    const parts = this.#parts;
    if (!parts) return;
    await Promise.all([parts.sockets.stop(), parts.events.stop()]);
    await parts.hub.stop();
  }

  async #sweep({ hub, sockets, events }: Parts): Promise<void> {
    while (await this.#options.clock.sleep(this.#limits.heartbeatMs, this.#stopping.signal)) {
      sockets.sweep();
      events.sweep();
      hub.sweep();
    }
  }
}
