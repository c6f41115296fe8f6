import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { Problem } from './problem.ts';

const MAX_URL = 4_096;
/** Bytes of a body that are read. */
export const MAX_BODY = 16_384;

/** Refuses what no request here needs: long addresses and large bodies. @throws Problem */
export function checkSize({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
  if (url.length > MAX_URL) {
    throw new Problem('url_too_long', {
      detail: `At most ${MAX_URL} characters are read, and this has ${url.length}`,
    });
  }
  const length = Number(headers['content-length'] ?? 0);
  if (length > MAX_BODY || headers['transfer-encoding'] !== undefined) {
    // What is still on its way would be taken for the next request.
    response.setHeader('connection', 'close');
    throw new Problem('body_too_large', {
      detail: `A body has at most ${MAX_BODY} bytes, and its length in the header content-length`,
    });
  }
}

/** Refuses new work while too much of it waits for a connection to the database. */
export function notOverloaded(pool: { readonly waitingCount: number }, maxWaiting: number): RequestHandler {
  return (_request, _response, next) => {
    if (pool.waitingCount >= maxWaiting) {
      throw new Problem('overloaded', {
        detail: `${pool.waitingCount} requests wait for the database already; the limit is ${maxWaiting}`,
        headers: { 'retry-after': '1' },
      });
    }
    next();
  };
}
