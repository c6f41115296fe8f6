import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Clock, Context } from './context.ts';
import { requestId } from './failures.ts';
import { Problem } from './problem.ts';

const MAX_URL = 4_096;
/** Bytes of a body that are read. */
export const MAX_BODY = 16_384;

/** Gives each request an id (its own `x-request-id` when that is harmless) and logs how it went. */
export function identified({
  logger,
  clock,
}: {
  readonly logger: Context['logger'];
  readonly clock: Clock;
}): RequestHandler {
  return (request, response, next) => {
    const given = request.get('x-request-id');
    response.locals.requestId = given && /^[A-Za-z0-9._-]{1,64}$/.test(given) ? given : randomUUID();
    response.set('x-request-id', requestId(response));
    const begun = clock.now();
    response.once('close', () => {
      const level = response.writableFinished ? 'info' : 'warn';
      logger[level](
        {
          request_id: requestId(response),
          method: request.method,
          path: request.path.slice(0, 200),
          status: response.statusCode,
          ms: clock.now() - begun,
        },
        response.writableFinished ? 'request' : 'request left by its client',
      );
    });
    next();
  };
}

/** Refuses what no request here needs: long addresses and large bodies. */
export const limited: RequestHandler = (request, response, next) => {
  if (request.url.length > MAX_URL) {
    throw new Problem('url_too_long', {
      detail: `At most ${MAX_URL} characters are read, and this has ${request.url.length}`,
    });
  }
  const length = Number(request.get('content-length') ?? 0);
  if (length > MAX_BODY || request.get('transfer-encoding') !== undefined) {
    // What is still on its way would be taken for the next request.
    response.set('connection', 'close');
    throw new Problem('body_too_large', {
      detail: `A body has at most ${MAX_BODY} bytes, and its length in the header content-length`,
    });
  }
  next();
};

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
