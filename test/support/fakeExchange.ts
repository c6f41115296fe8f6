import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { BadField } from '../../connectors/errors.ts';
import type { Exchange, Message } from '../../connectors/exchanges/exchange.ts';
import type { SessionHandler } from '../../connectors/exchanges/session/session.ts';

/** The smallest protocol there can be: frames are lists of messages as the feed has them; questions are `+` and `-`. */
export function fakeExchange(
  changes: Partial<Omit<Exchange, 'limits'>> & { readonly limits?: Partial<Exchange['limits']> } = {},
): Exchange {
  return {
    name: 'fake',
    websocketUrl: 'ws://127.0.0.1:1',
    restUrl: 'http://127.0.0.1:1',
    contiguousIds: true,
    caveat: null,
    subscribe: (symbols) => [`+${symbols.join()}`],
    unsubscribe: (symbols) => [`-${symbols.join()}`],
    ping: null,
    read(frame) {
      if (!frame.startsWith('[')) throw new BadField('frame', frame, 'a list');
      return JSON.parse(frame) as Message[];
    },
    history: {
      addressedBy: 'id',
      pageSize: 1,
      requestIntervalMs: 1,
      latest: () => '/',
      from: () => '/',
      read: () => [],
    },
    candles: { from: () => '/', pageMinutes: 1, reachMinutes: 1, read: () => [] },
    ...changes,
    limits: {
      symbolsPerConnection: 5,
      silenceMs: 30_000,
      frameIntervalMs: 0,
      connectIntervalMs: 0,
      maxFrameBytes: 1024 * 1024,
      ...changes.limits,
    },
  };
}

/** A server that speaks it as the test says. */
export class FakeServer {
  /** What came in, over all connections. */
  readonly received: string[] = [];
  readonly sockets: WebSocket[] = [];
  /** Answers an upgrade by itself, and returns true, or lets it through. */
  onUpgrade: (socket: Duplex) => boolean = () => false;
  /** Is given each frame that comes. */
  onFrame: (frame: string, socket: WebSocket) => void = (frame, socket) => {
    if (frame.startsWith('+'))
      say(
        socket,
        ...frame
          .slice(1)
          .split(',')
          .map((symbol) => ({ kind: 'subscribed', symbol })),
      );
  };
  private readonly http: Server = createServer();
  private readonly upgrades = new WebSocketServer({ noServer: true });
  private readonly raw = new Set<Duplex>();

  static async start(): Promise<FakeServer> {
    const server = new FakeServer();
    server.http.on('upgrade', (request, socket: Duplex, head) => {
      server.raw.add(socket);
      socket.on('error', () => undefined);
      if (server.onUpgrade(socket)) return;
      server.upgrades.handleUpgrade(request, socket, head, (webSocket) => server.accept(webSocket));
    });
    await new Promise<void>((resolve) => server.http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  /** The newest connection. */
  get last(): WebSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('Nobody has connected.');
    return socket;
  }

  async stop(): Promise<void> {
    for (const socket of this.raw) socket.destroy();
    await new Promise((resolve) => this.http.close(resolve));
  }

  private accept(socket: WebSocket): void {
    this.sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      const frame = String(data);
      this.received.push(frame);
      this.onFrame(frame, socket);
    });
  }
}

/** Sends messages in one frame. */
export function say(socket: WebSocket, ...messages: unknown[]): void {
  socket.send(JSON.stringify(messages));
}

/** A handler that writes down what it is told, a line each. */
export class Diary implements SessionHandler {
  readonly lines: string[] = [];
  /** Runs with each message. */
  onMessage: (message: Message) => Promise<void> = async () => undefined;

  async message(message: Message): Promise<void> {
    const { kind, ...rest } = message;
    this.lines.push([kind, ...Object.values(rest).map((value) => JSON.stringify(value))].join(' '));
    await this.onMessage(message);
  }
  async unreadable(frame: Uint8Array, reason: string): Promise<void> {
    this.lines.push(`unreadable ${frame.length}: ${reason}`);
  }
  up(): void {
    this.lines.push('up');
  }
  down(reason: string): void {
    this.lines.push(`down: ${reason}`);
  }
}
