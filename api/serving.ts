import type { Request, RequestHandler, Response } from 'express';
import { visitorOf } from './access/admission.ts';
import { CACHE_CONTROL, Reply, Rows } from './caching.ts';
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
    const { answers } = context;
    const { generation } = answers;
    const answer = await route.handle(asked, context);
    if (answer instanceof Reply) response.set(answer.headers);
    const [page, rule, until] =
      answer instanceof Rows
        ? [answer.page, answer.rule, answer.until]
        : [answer instanceof Reply ? answer.body : answer, 'revalidate' as const, null];
    const cacheControl = CACHE_CONTROL[rule];
    const body = JSON.stringify(page);
    response.status(route.status).set('cache-control', cacheControl).type('json').send(body);
    if (until === null || request.method !== 'GET') return;
    const etag = response.getHeader('etag');
    if (typeof etag === 'string')
      answers.keep(request.originalUrl, generation, {
        route: request.route.path,
        body,
        etag,
        cacheControl,
        until,
      });
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
