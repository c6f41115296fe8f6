import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerBroken } from './broken.ts';

/** A listening API. */
export interface Listening {
  readonly port: number;
  readonly url: string;
  /** For what is no request, such as WebSockets. */
  readonly server: Server;
  /** Takes no new requests, lets running ones finish for a while, then ends their connections. */
  stop(): Promise<void>;
}

/** The port is taken or may not be used. */
export class ListenError extends Error {
  readonly code = 'api_listen';

  constructor(host: string, port: number, cause: Error) {
    const taken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
    super(
      `The API can't listen on ${host}:${port}${taken ? ': the port is in use' : ''}. Stop the program that has it, or choose another port (PORT)`,
      { cause },
    );
    this.name = 'ListenError';
  }
}

const HEADERS_WITHIN_MS = 10_000;
const REQUEST_WITHIN_MS = 15_000;
const FINISH_WITHIN_MS = 10_000;
/** Longer than clients and proxies keep theirs: a request on a connection that is being closed gets no answer. */
const KEPT_ALIVE_MS = 75_000;
/** Requests' and streams' connections; the streams have a limit of their own below it. */
const MOST_CONNECTIONS = 3_000;

/** Serves an app, on this machine only unless told otherwise; port 0 takes a free one. */
export async function listen(
  app: RequestListener,
  port: number,
  finishWithinMs = FINISH_WITHIN_MS,
  host = '127.0.0.1',
): Promise<Listening> {
  const server = createServer(
    {
      headersTimeout: HEADERS_WITHIN_MS,
      requestTimeout: REQUEST_WITHIN_MS,
      keepAliveTimeout: KEPT_ALIVE_MS,
      maxHeaderSize: 16_384,
    },
    app,
  );
  server.maxConnections = MOST_CONNECTIONS;
  server.on('clientError', answerBroken);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new ListenError(host, port, error)));
    server.listen({ host, port }, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  let stopping: Promise<void> | null = null;
  server.on('request', (_request, response) => {
    // A connection that was kept alive for the next request has none to wait for while stopping.
    response.once('close', () => setImmediate(() => stopping && server.closeIdleConnections()));
  });
  const stop = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const hurry = setTimeout(() => server.closeAllConnections(), finishWithinMs);
    await closed;
    clearTimeout(hurry);
  };
  return {
    port: bound,
    server,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}
