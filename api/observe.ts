import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { Histogram, type Registry } from 'prom-client';
import type { Clock } from './context.ts';
import { beginExchange, type Exchange, pathShown } from './exchange.ts';

/** Told of a request at its beginning. */
export type Observe = (request: IncomingMessage, response: ServerResponse) => void;

export interface ObserveOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Where requests are measured; they are not without. */
  readonly registry?: Registry | undefined;
}

/** Gives each request an id (its own `x-request-id` when that is harmless), and logs and measures how it went. */
export function observer({ logger, clock, registry }: ObserveOptions): Observe {
  const measure = registry === undefined ? () => {} : requestDuration(registry);
  return (request, response) => {
    const given = request.headers['x-request-id'];
    const harmless = typeof given === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(given);
    const exchange = beginExchange(response, harmless ? given : randomUUID());
    response.setHeader('x-request-id', exchange.requestId);
    const begun = clock.now();
    response.once('close', () => {
      const ms = clock.now() - begun;
      measure(request, response, exchange, ms / 1000);
      const level = response.writableFinished ? 'info' : 'warn';
      if (!logger.isLevelEnabled(level)) return;
      const { method } = request;
      const line = { request_id: exchange.requestId, method, path: pathShown(request), ms };
      logger[level](
        { ...line, status: response.statusCode },
        response.writableFinished ? 'request' : 'request left by its client',
      );
    });
  };
}

type Measure = (
  request: IncomingMessage & { readonly route?: { readonly path?: unknown } },
  response: ServerResponse,
  exchange: Exchange,
  seconds: number,
) => void;

/** By method, route and status. A route is its template, so addresses can't make series without end. */
function requestDuration(registry: Registry): Measure {
  const duration = new Histogram({
    name: 'tickwave_http_request_duration_seconds',
    help: 'From the first byte of a request to the last of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return ({ method = '', route }, { statusCode }, exchange, seconds) => {
    const found: unknown = exchange.route ?? route?.path;
    const labels = {
      method: METHODS.has(method) ? method : 'other',
      route: typeof found === 'string' ? found : 'none',
      status: String(statusCode),
    };
    duration.observe(labels, seconds);
  };
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']);
