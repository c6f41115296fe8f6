import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  type Admission,
  type Authorize,
  bearerKey,
  originAllowed,
  type Refusal,
  refusal,
} from './admission.ts';
import { CLOSE, Client, type Line } from './client.ts';
import type { StreamClock } from './clock.ts';
import type { Hub } from './hub.ts';
import type { StreamLimits } from './limits.ts';
import { Message } from './message.ts';
import { Session } from './session.ts';
import type { Topics } from './topics.ts';

export interface SocketsOptions {
  readonly hub: Hub;
  readonly topics: Topics;
  readonly admission: Admission;
  readonly limits: StreamLimits;
  readonly clock: StreamClock;
  readonly logger: Logger;
  readonly authorize: Authorize;
  /** Origins whose pages may connect, beside this machine's own. */
  readonly origins: readonly string[];
}

interface Open {
  readonly socket: WebSocket;
  readonly client: Client;
  readonly session: Session;
  pingedAt: number;
  unanswered: number;
}

const PATH = '/v1/ws';

/** Serves the streams over WebSocket. */
export class Sockets {
  readonly #options: SocketsOptions;
  readonly #server: WebSocketServer;
  readonly #open = new Set<Open>();
  #stopping = false;

  constructor(options: SocketsOptions) {
    this.#options = options;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: options.limits.messageBytes,
      // Would cost each connection its own window, and the sharing of messages.
      perMessageDeflate: false,
    });
  }

  /** Takes the upgrades of an HTTP server. */
  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      this.#upgrade(request, socket, head).catch((error: unknown) => {
        this.#options.logger.error({ err: error }, 'a WebSocket could not be opened');
        socket.destroy();
      });
    });
  }

  /** Clients that do not keep up. */
  get slow(): number {
    return [...this.#open].filter(({ client }) => client.isSlow).length;
  }

  /** Looks after every connection: heartbeats, pings, keys that did not come, clients that are too slow. */
  sweep(): void {
    for (const one of this.#open) {
      one.session.sweep();
      one.client.sweep();
      this.#ping(one);
    }
  }

  /** Tells every client that the server goes away, and waits for them, not for long. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const closed = [...this.#open].map(
      ({ socket }) => new Promise((resolve) => socket.once('close', resolve)),
    );
    for (const { client } of this.#open) client.close(CLOSE.goingAway, 'the server is stopping');
    await Promise.all(closed);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { admission, authorize, origins } = this.#options;
    if (new URL(request.url ?? '/', 'http://host').pathname !== PATH)
      return refuse(socket, refusal(404, 'unknown_path', `WebSockets are served under ${PATH}`));
    if (this.#stopping) return refuse(socket, refusal(503, 'overloaded', 'The server is stopping'));
    if (!originAllowed(request.headers, origins))
      return refuse(socket, refusal(403, 'origin_refused', 'Pages of this origin may not connect'));
    const leave = admission.enter(request.socket.remoteAddress ?? '');
    if (typeof leave !== 'function') return refuse(socket, leave);
    socket.once('close', leave);
    const key = bearerKey(request);
    const allowed = await authorize(key, request);
    // A browser can't send the header; its key may still come as the first message.
    if (!allowed && key !== null) return refuse(socket, refusal(401, 'unauthorized', 'The key is not known'));
    if (socket.destroyed) return;
    this.#server.handleUpgrade(request, socket, head, (webSocket) =>
      this.#welcome(webSocket, socket, request, !allowed),
    );
  }

  #welcome(socket: WebSocket, stream: Duplex, request: IncomingMessage, needsKey: boolean): void {
    const { hub, topics, limits, clock, logger, authorize } = this.#options;
    const client = new Client({ hub, line: lineOf(socket, stream, limits.closeMs, clock), limits, clock });
    const session = new Session({
      client,
      topics,
      limits,
      clock,
      logger,
      needsKey,
      authorize: (key) => authorize(key, request),
    });
    const one: Open = { socket, client, session, pingedAt: clock.now(), unanswered: 0 };
    this.#open.add(one);
    socket.on('message', (data, isBinary) => {
      if (isBinary) client.close(CLOSE.policy, 'messages are text');
      else session.receive(data.toString());
    });
    stream.on('drain', () => client.resume());
    socket.on('pong', () => {
      one.unanswered = 0;
    });
    // What a client does wrong on the wire ends its connection, with ws's own code; it is no fault here.
    socket.on('error', (error) => logger.debug({ cause: String(error) }, 'a WebSocket broke'));
    socket.on('close', () => {
      this.#open.delete(one);
      client.ended();
    });
    const data = [
      { system: 'online', api_version: 'v1', connection_id: randomUUID(), authenticated: !needsKey },
    ];
    client.send(new Message('status', JSON.stringify({ channel: 'status', type: 'update', data })));
    if (this.#stopping) client.close(CLOSE.goingAway, 'the server is stopping');
  }

  #ping(one: Open): void {
    const { clock, limits } = this.#options;
    if (clock.now() - one.pingedAt < limits.pingMs) return;
    one.pingedAt = clock.now();
    one.unanswered++;
    if (one.unanswered > 2) one.socket.terminate();
    else one.socket.ping();
  }
}

/** Whole frames go past `ws` onto its stream: without compression it writes its own at once too, so none falls into another. */
function lineOf(socket: WebSocket, stream: Duplex, closeMs: number, clock: StreamClock): Line {
  const closed = new AbortController();
  socket.once('close', () => closed.abort());
  return {
    get bufferedBytes() {
      return stream.writableLength;
    },
    send: (wire) => {
      if (socket.readyState === socket.OPEN) stream.write(wire.frame);
    },
    close: (code, reason) => {
      socket.close(code, reason);
      // Who does not read does not answer either.
      void clock.sleep(closeMs, closed.signal).then((late) => late && socket.terminate());
    },
  };
}

function refuse(socket: Duplex, { status, code, detail }: Refusal): void {
  const title = STATUS_CODES[status] ?? '';
  const body = JSON.stringify({ type: `/problems/${code}`, title, status, detail, code });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
