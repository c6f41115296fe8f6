import compression from 'compression';
import express, { type Express } from 'express';
import helmet from 'helmet';
import { Kysely, PostgresDialect } from 'kysely';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { admission, allowed, crossOrigin, type RateLimits } from './access/admission.ts';
import { Gate } from './access/gate.ts';
import { jsonBody } from './admin/body.ts';
import type { AdminPort } from './admin/port.ts';
import { adminRoutes } from './admin/routes.ts';
import { Catalog } from './catalog.ts';
import type { Clock, Context, EngineStatus } from './context.ts';
import { dashboard, PAGES } from './dashboard/dashboard.ts';
import type { Views } from './database.ts';
import { failures, methodNotAllowed, unknownPath } from './failures.ts';
import { Markets } from './markets.ts';
import { expose } from './metrics/expose.ts';
import { httpMetrics } from './metrics/httpMetrics.ts';
import { pipelineMetrics } from './metrics/pipelineMetrics.ts';
import { openApi } from './openapi.ts';
import { LatestPredictions } from './predictions/latest.ts';
import { PROBLEMS, Problem } from './problem.ts';
import { readHistory } from './readiness.ts';
import { remembered } from './remembered.ts';
import { identified, limited, notOverloaded } from './requests.ts';
import type { Route } from './route.ts';
import { routes } from './routes/all.ts';
import type { FeedsReport } from './schemas/feeds.ts';
import { handlerOf } from './serving.ts';
import { Watermarks } from './watermarks.ts';

/** What the API works with. */
export interface ApiOptions {
  /** Connections of the read-only role; `createReadPool` makes them as the API likes them. The caller ends it. */
  readonly pool: Pool;
  /** How the engine is, for /ready. */
  readonly status: () => Promise<EngineStatus>;
  /** Where data comes from; default: nowhere, as when other processes write it. */
  readonly feeds?: () => FeedsReport;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Views further behind than this are not ready; default 2 s. */
  readonly maxLagMs?: number;
  /** Requests that may wait for a connection before new ones are refused; default 200. */
  readonly maxWaiting?: number;
  /** Decides who may have what; default: reading is open to this machine, and nobody is admin. */
  readonly gate?: Gate;
  /** Default: 6000 requests a minute for a key, 600 for an address without. */
  readonly limits?: RateLimits;
  /** Does what administrators ask for; default: nothing is offered. */
  readonly admin?: AdminPort;
  /** What is measured is registered there and served under /metrics; default: nothing is. */
  readonly registry?: Registry;
  /** Further paths, which are in the document like the others. */
  readonly routes?: readonly Route[];
  /** Adds what is no route, such as streams, behind the checks that all requests pass. */
  readonly mount?: (app: Express, context: Context) => void;
}

/** The API as an Express app, which `listen` serves. */
export function createApi(options: ApiOptions): Express {
  const context = contextOf(options);
  const { gate } = context;
  const served = [...routes, ...adminRoutes, ...(options.routes ?? [])];
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  const { registry } = options;
  if (registry) app.use(httpMetrics(registry, options.clock));
  app.use(identified(options), helmet(), limited, crossOrigin(gate));
  app.use(...admission(gate, options.limits ?? LIMITS, options.clock), compressed);
  if (registry) {
    pipelineMetrics(registry, context);
    app.get('/metrics', allowed(gate, 'read'), expose(registry));
  }
  app.get('/openapi.json', async (_request, response) => {
    response.set('cache-control', 'no-cache').json(await openApi(served, context));
  });
  app.get('/problems/:code', explainProblem);
  app.use(dashboard());
  const guard = notOverloaded(options.pool, options.maxWaiting ?? 200);
  for (const route of served) {
    const serve = handlerOf(route, context);
    // Health must answer though everything else is jammed.
    if (route.path === '/health') app.get(route.path, serve);
    else {
      const body = route.method === 'post' ? [jsonBody] : [];
      app[route.method](expressPath(route.path), allowed(gate, route.access), guard, ...body, serve);
    }
  }
  options.mount?.(app, context);
  for (const [path, methods] of methodsByPath(served)) app.all(path, methodNotAllowed(methods));
  app.use(unknownPath);
  app.use(failures(context));
  return app;
}

const LIMITS: RateLimits = { perKey: 6_000, perAddress: 600 };
const OPEN = new Gate({ keys: null, keysRequired: false, origins: [] });

/** Long answers are packed; what trickles, as server-sent events do, is not held back for it. */
const compressed = compression({
  filter: (request, response) =>
    !String(response.getHeader('content-type')).startsWith('text/event-stream') &&
    compression.filter(request, response),
});

const explainProblem: express.RequestHandler = (request, response) => {
  const kind = Object.entries(PROBLEMS).find(([code]) => code === request.params.code)?.[1];
  if (!kind)
    throw new Problem('unknown_path', { detail: `Known codes: ${Object.keys(PROBLEMS).join(', ')}` });
  response.json({ code: request.params.code, ...kind });
};

function expressPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

function methodsByPath(served: readonly Route[]): ReadonlyMap<string, readonly string[]> {
  const methods = new Map([
    ['/openapi.json', ['GET', 'HEAD']],
    ['/problems/:code', ['GET', 'HEAD']],
    ...PAGES.map((page): [string, string[]] => [page, ['GET', 'HEAD']]),
  ]);
  for (const { path, method } of served) {
    const allowed = method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()];
    methods.set(expressPath(path), [...(methods.get(expressPath(path)) ?? []), ...allowed]);
  }
  return methods;
}

const NOWHERE: FeedsReport = {
  kind: 'none',
  detail: 'nothing is fed by this process',
  markets: [],
  news: null,
  kafka: null,
};

function contextOf({
  pool,
  status,
  feeds = () => NOWHERE,
  clock,
  logger,
  maxLagMs = 2_000,
  gate = OPEN,
  admin,
}: ApiOptions): Context {
  const db = new Kysely<Views>({ dialect: new PostgresDialect({ pool }) });
  const catalog = new Catalog(pool, clock);
  const markets = new Markets(db, clock);
  const history = remembered(clock, 1_000, () => readHistory(db, catalog, markets, logger));
  const watermarks = new Watermarks(db, clock);
  const latest = new LatestPredictions(db, clock);
  const startedAt = clock.now();
  return {
    ...{ db, catalog, markets, watermarks, latest, history },
    ...{ status, feeds, gate, admin: admin ?? null, clock, logger, maxLagMs, startedAt },
  };
}
