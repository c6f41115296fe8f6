import type { RequestHandler } from 'express';
import type { Registry } from 'prom-client';

/** Answers Prometheus. */
export function expose(registry: Registry): RequestHandler {
  return async (_request, response) => {
    const text = await registry.metrics();
    response.set({ 'content-type': registry.contentType, 'cache-control': 'no-store' }).send(text);
  };
}
