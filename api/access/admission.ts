import cors from 'cors';
import type { RequestHandler, Response } from 'express';
import { ipKeyGenerator, type Options, rateLimit } from 'express-rate-limit';
import type { Clock } from '../context.ts';
import { Problem } from '../problem.ts';
import type { Access } from '../route.ts';
import { FixedWindows } from './fixedWindows.ts';
import type { Gate, Visitor } from './gate.ts';

/** Requests that are allowed in a minute. */
export interface RateLimits {
  /** With one key, unless the key has a limit of its own. */
  readonly perKey: number;
  /** From one address without a key, with wrong ones among them. */
  readonly perAddress: number;
}

/** Who asks, as `admission` found. */
export function visitorOf(response: Response): Visitor {
  return response.locals.visitor as Visitor;
}

/** Takes a key or refuses it, and counts: all that a request passes before it is known what it wants. */
export function admission(gate: Gate, limits: RateLimits, clock: Clock): readonly RequestHandler[] {
  // Nobody else reaches an open door on this machine, and its owner is not to be slowed down.
  if (!gate.keysRequired) return [identify(gate)];
  const wrong = limiter(clock, {
    limit: limits.perAddress,
    keyGenerator: ({ ip }) => ipKeyGenerator(ip ?? ''),
    skip: (_request, response) => visitorOf(response)?.id != null,
  });
  const known = limiter(clock, {
    limit: (_request, response) => visitorOf(response).rate ?? limits.perKey,
    keyGenerator: (_request, response) => visitorOf(response).id ?? '',
    skip: (_request, response) => visitorOf(response).id === null,
  });
  const identified = identify(gate);
  return [
    (request, response, next) => {
      identified(request, response, (refused?: unknown) => {
        // A wrong key counts like none, so that keys can't be tried without limit.
        wrong(request, response, (limited?: unknown) => next(limited ?? refused));
      });
    },
    known,
  ];
}

function identify(gate: Gate): RequestHandler {
  return (request, response, next) => {
    try {
      response.locals.visitor = gate.visitor(request);
      next();
    } catch (error) {
      next(error);
    }
  };
}

function limiter(clock: Clock, options: Partial<Options>): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    store: new FixedWindows(clock),
    // Of its warnings, only those about a proxy could come here, and X-Forwarded-For is not read at all.
    validate: false,
    handler: (_request, _response, next) =>
      next(
        new Problem('too_many_requests', {
          detail: 'More requests in a minute than are allowed: the header ratelimit says when to go on',
        }),
      ),
    ...options,
  });
}

/** Lets those through who may have this. */
export function allowed(gate: Gate, access: Access): RequestHandler {
  return (_request, response, next) => {
    gate.allow(visitorOf(response), access);
    next();
  };
}

/** Lets pages of the allowed origins ask; all others are told nothing. */
export function crossOrigin({ origins }: Gate): RequestHandler {
  const answer = cors({
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'DELETE'],
    allowedHeaders: ['authorization', 'x-api-key', 'content-type', 'if-none-match', 'x-request-id'],
    exposedHeaders: ['etag', 'x-request-id', 'retry-after', 'ratelimit', 'ratelimit-policy'],
    maxAge: 600,
  });
  return (request, response, next) => {
    const { origin } = request.headers;
    if (origin !== undefined && origins.includes(origin)) answer(request, response, next);
    else next();
  };
}
