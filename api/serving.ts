import type { Request, RequestHandler, Response } from 'express';
import { visitorOf } from './access/admission.ts';
import { CACHE_CONTROL, Rows } from './caching.ts';
import type { Context } from './context.ts';
import { Problem } from './problem.ts';
import type { Asked, Route } from './route.ts';
import { type RowFormat, sendRows } from './rows.ts';

const FORMATS: Readonly<Record<string, 'json' | RowFormat>> = {
  'application/json': 'json',
  'text/csv': 'csv',
  'application/x-ndjson': 'ndjson',
};

/** Serves a route: as JSON, and rows as CSV or NDJSON where the request prefers that. */
export function handlerOf(route: Route, context: Context): RequestHandler {
  return async (request, response) => {
    const asked = askedBy(request, response);
    const format = formatOf(route, request, response);
    if (format !== 'json') {
      await sendRows({ route, asked, format, request, response, context });
      return;
    }
    const answer = await route.handle(asked, context);
    const [body, rule] =
      answer instanceof Rows ? [answer.page, answer.rule] : [answer, 'revalidate' as const];
    response.status(route.status).set('cache-control', CACHE_CONTROL[rule]).json(body);
  };
}

function askedBy(request: Request, response: Response): Asked<unknown, unknown, unknown> {
  const by = visitorOf(response).name;
  return { params: request.params, query: request.query, body: request.body, by };
}

function formatOf(route: Route, request: Request, response: Response): 'json' | RowFormat {
  if (route.rows) response.vary('Accept');
  const offered = route.rows ? Object.keys(FORMATS) : ['application/json'];
  const chosen = request.accepts(offered);
  const format = chosen === false ? undefined : FORMATS[chosen];
  if (format !== undefined) return format;
  throw new Problem('not_acceptable', {
    detail: `This is answered as ${offered.join(', ')}, and the request accepts none of these`,
    field: 'accept',
    more: { allowed: offered },
  });
}
