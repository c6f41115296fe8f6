import type { RequestHandler } from 'express';
import { Histogram, type Registry } from 'prom-client';
import type { Clock } from '../context.ts';

/** Measures every request by method, route and status. A route is its template, so addresses can't make series without end. */
export function httpMetrics(registry: Registry, clock: Clock): RequestHandler {
  const duration = new Histogram({
    name: 'tickwave_http_request_duration_seconds',
    help: 'From the first byte of a request to the last of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return (request, response, next) => {
    const begun = clock.now();
    response.once('close', () => {
      const route: unknown = request.route?.path;
      const labels = {
        method: METHODS.has(request.method) ? request.method : 'other',
        route: typeof route === 'string' ? route : 'none',
        status: String(response.statusCode),
      };
      duration.observe(labels, (clock.now() - begun) / 1000);
    });
    next();
  };
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']);
