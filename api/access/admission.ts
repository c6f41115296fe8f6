import type { IncomingMessage, ServerResponse } from 'node:http';
import cors from 'cors';
import type { RequestHandler } from 'express';
import type { Clock } from '../context.ts';
import { exchangeOf } from '../exchange.ts';
import { Problem } from '../problem.ts';
import type { Access } from '../route.ts';
import { FixedWindows } from './fixedWindows.ts';
import type { Gate, Visitor } from './gate.ts';
import { networkOf } from './network.ts';

/** Requests that are allowed in a minute. */
export interface RateLimits {
  /** With one key, unless the key has a limit of its own. */
  readonly perKey: number;
  /** From one address without a key, with wrong ones among them. */
  readonly perAddress: number;
}

/** Who asks, as `admission` found. */
export function visitorOf(response: ServerResponse): Visitor {
  return exchangeOf(response).visitor;
}

/** Finds who asks, and counts. @throws Problem */
export type Admit = (request: IncomingMessage, response: ServerResponse) => void;

/** Takes a key or refuses it, and counts: all that a request passes before it is known what it wants. */
export function admission(gate: Gate, limits: RateLimits, clock: Clock): Admit {
  // Nobody else reaches an open door on this machine, and its owner is not to be slowed down.
  if (!gate.keysRequired) {
    return (request, response) => {
      exchangeOf(response).visitor = gate.visitor(request);
    };
  }
  const keys = new FixedWindows(clock);
  const strangers = new FixedWindows(clock);
  return (request, response) => {
    const found = visitorOrRefusal(gate, request);
    // A wrong key counts like none, so that keys can't be tried without limit.
    if (found instanceof Problem || found.id === null)
      count(strangers, networkOf(request.socket.remoteAddress ?? ''), limits.perAddress, response);
    else count(keys, found.id, found.rate ?? limits.perKey, response);
    if (found instanceof Problem) throw found;
    exchangeOf(response).visitor = found;
  };
}

function visitorOrRefusal(gate: Gate, request: IncomingMessage): Visitor | Problem {
  try {
    return gate.visitor(request);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** Counts a request and says, as draft 8 of the headers for rate limits has it, what is left. */
function count(windows: FixedWindows, client: string, limit: number, response: ServerResponse): void {
  const { hits, seconds } = windows.hit(client);
  response.setHeader('ratelimit-policy', `"minute"; q=${limit}; w=60`);
  response.setHeader('ratelimit', `"minute"; r=${Math.max(0, limit - hits)}; t=${seconds}`);
  if (hits <= limit) return;
  throw new Problem('too_many_requests', {
    detail: 'More requests in a minute than are allowed: the header ratelimit says when to go on',
    headers: { 'retry-after': String(seconds) },
  });
}

/** Lets those through who may have this. */
export function allowed(gate: Gate, access: Access): RequestHandler {
  return (_request, response, next) => {
    gate.allow(visitorOf(response), access);
    next();
  };
}

/** Lets pages of the allowed origins ask; all others are told nothing. Says whether that was the whole answer. */
export function crossOrigin({
  origins,
}: Gate): (request: IncomingMessage, response: ServerResponse) => boolean {
  const answer = cors({
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'DELETE'],
    allowedHeaders: ['authorization', 'x-api-key', 'content-type', 'if-none-match', 'x-request-id'],
    exposedHeaders: [
      'etag',
      'x-request-id',
      'retry-after',
      'ratelimit',
      'ratelimit-policy',
      'tickwave-store',
    ],
    maxAge: 600,
  });
  return (request, response) => {
    const { origin } = request.headers;
    if (origin === undefined || !origins.includes(origin)) return false;
    let ended = true;
    const { method = '', headers } = request;
    answer({ method, headers }, response, () => {
      ended = false;
    });
    return ended;
  };
}
