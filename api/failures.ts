import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Context } from './context.ts';
import { exchangeOf, pathShown } from './exchange.ts';
import { Problem } from './problem.ts';

/** How pg tells of a connection that is gone, where it gives no code. */
const LOST =
  /timeout exceeded when trying to connect|Connection terminated|Connection ended|Query read timeout|not queryable/;
const SOON = { 'retry-after': '1' };

/** Sends a problem. */
function sendProblem(response: ServerResponse, problem: Problem): void {
  const body = JSON.stringify(problem.body(requestId(response)));
  response.statusCode = problem.status;
  response.setHeader('cache-control', 'no-store');
  for (const [name, value] of Object.entries(problem.details.headers ?? {})) response.setHeader(name, value);
  response.setHeader('content-type', 'application/problem+json; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(body));
  response.end(body);
}

/** The id under which a request is logged. */
export function requestId(response: ServerResponse): string {
  return exchangeOf(response).requestId;
}

/** Answers what no route took. */
export const unknownPath: RequestHandler = (request) => {
  throw new Problem('unknown_path', {
    detail: `Nothing is served under ${request.path.slice(0, 200)}. /openapi.json lists every path`,
  });
};

/** Answers a path that is asked with a method that it does not take. */
export function methodNotAllowed(methods: readonly string[]): RequestHandler {
  return (request) => {
    throw new Problem('method_not_allowed', {
      detail: `${request.method} is not served here: this path takes ${methods.join(', ')}`,
      headers: { allow: methods.join(', ') },
    });
  };
}

/** Turns every error of a route into a problem. */
export function failures(context: Context): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    // An answer that is packed goes on for a while after it was given: only one that had begun before has to be cut off.
    const begun = response.headersSent;
    fail(error, request, response, context);
    if (begun && !response.writableEnded) next(error);
  };
}

/** Answers with a problem, if nothing was answered yet. What is not one of ours is logged whole, and told as a request id only. */
export function fail(
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  { logger, catalog }: Context,
): void {
  const problem = asProblem(error);
  if (problem.code === 'view_missing') catalog.forget();
  const where = { request_id: requestId(response), path: pathShown(request) };
  if (problem.code === 'internal') logger.error({ ...where, err: error }, problem.message);
  // A database that is away fails every request: a line each says enough.
  else if (problem.details.cause)
    logger.warn({ ...where, code: problem.code, cause: String(problem.details.cause) }, 'refused');
  if (!response.headersSent) sendProblem(response, problem);
}

/** What a client is told of an error, whatever it was. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { code, status, message } = error as { code?: unknown; status?: unknown; message?: unknown };
  if (typeof code === 'string') {
    const known = databaseProblem(code, error);
    if (known) return known;
  }
  if (typeof message === 'string' && LOST.test(message)) {
    return unreachable(error);
  }
  const { type } = error as { type?: unknown };
  if (typeof type === 'string') {
    const known = bodyProblem(type, error);
    if (known) return known;
  }
  // Express and its router mark what the client did wrong, such as a broken percent escape.
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new Problem('malformed_request', {
      detail: 'The address has a % escape that is not UTF-8',
      cause: error,
    });
  }
  return new Problem('internal', {
    detail: 'This is not your fault: tell the operator the request_id, under which the cause is logged',
    cause: error,
  });
}

/** Problems by what the reader of bodies calls them. */
function bodyProblem(type: string, cause: unknown): Problem | null {
  switch (type) {
    case 'entity.parse.failed':
      return new Problem('malformed_request', { detail: 'The body is not JSON', cause });
    case 'request.size.invalid':
    case 'request.aborted':
      return new Problem('malformed_request', {
        detail: 'The body is not as long as content-length says',
        cause,
      });
    case 'entity.too.large':
      return new Problem('body_too_large', { detail: 'Send a shorter body', cause });
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new Problem('unsupported_media_type', {
        detail: 'Send the body as UTF-8, and not packed',
        cause,
      });
    default:
      return null;
  }
}

/** Problems by PostgreSQL's error code, or by that of the network. */
function databaseProblem(code: string, cause: unknown): Problem | null {
  if (code === '57014') {
    return new Problem('query_timeout', {
      detail: 'Ask for a shorter range, fewer rows or fewer columns',
      headers: SOON,
      cause,
    });
  }
  if (code === '42P01' || code === '42703') {
    return new Problem('view_missing', {
      detail: 'The SQL that defines this is being applied, or was never applied: see /ready',
      headers: SOON,
      cause,
    });
  }
  if (code === '53300') {
    return new Problem('overloaded', {
      detail: 'The database takes no more connections at the moment',
      headers: SOON,
      cause,
    });
  }
  // 08: connection; 57P: shutdown, crash, start; 28: log in; the rest are Node's.
  return /^(08|57P|28)|^E(CONN|HOST|NET|PIPE|TIMEDOUT|NOTFOUND)|^EAI_/.test(code) ? unreachable(cause) : null;
}

function unreachable(cause: unknown): Problem {
  return new Problem('database_unreachable', {
    detail: 'The database does not answer; try again in a moment',
    headers: SOON,
    cause,
  });
}
