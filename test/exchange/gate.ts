import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '../../engine/clock.ts';

export interface GateOptions {
  readonly clock: Clock;
  readonly request: (request: IncomingMessage, response: ServerResponse) => void;
  readonly upgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
}

/** Attempts to have the port again, and the time between them. */
const ATTEMPTS = 50;
const PAUSE_MS = 5000;

/** A port of this machine that can be shut and opened again. */
export class Gate {
  /** 0 until it was opened first. */
  port = 0;
  private readonly clock: Clock;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private closed = false;

  constructor({ clock, request, upgrade }: GateOptions) {
    this.clock = clock;
    this.server = createServer(request);
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    this.server.on('upgrade', (asked, socket, head) => upgrade(asked, socket as Socket, head));
  }

  /** Takes connections, on the same port as before. */
  async open(): Promise<void> {
    // Another process may hold the port for a moment, as the near end of a connection of its own.
    for (let attempt = 0; attempt < ATTEMPTS && !this.closed; attempt++) {
      const error = await this.listen();
      if (error === null) return;
      if (error.code !== 'EADDRINUSE') throw error;
      await this.clock.sleep(PAUSE_MS);
    }
  }

  /** Drops everybody and takes no connections. */
  async shut(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** As `shut`, for good. */
  close(): Promise<void> {
    this.closed = true;
    return this.shut();
  }

  private listen(): Promise<NodeJS.ErrnoException | null> {
    if (this.server.listening) return Promise.resolve(null);
    return new Promise((resolve) => {
      const failed = (error: NodeJS.ErrnoException): void => resolve(error);
      this.server.once('error', failed);
      this.server.listen(this.port, '127.0.0.1', () => {
        this.server.removeListener('error', failed);
        this.port = (this.server.address() as AddressInfo).port;
        resolve(null);
      });
    });
  }
}
