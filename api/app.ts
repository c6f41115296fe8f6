import type { RequestListener } from 'node:http';
import compression from 'compression';
import express, { type Express } from 'express';
import { Kysely, PostgresDialect } from 'kysely';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { allowed, type RateLimits } from './access/admission.ts';
import { Gate } from './access/gate.ts';
import { jsonBody } from './admin/body.ts';
import type { AdminPort } from './admin/port.ts';
import { adminRoutes } from './admin/routes.ts';
import { Answers } from './answers.ts';
import { Catalog } from './catalog.ts';
import type { Clock, Context, EngineStatus } from './context.ts';
import { dashboard, PAGES } from './dashboard/dashboard.ts';
import type { Views } from './database.ts';
import { failures, methodNotAllowed, unknownPath } from './failures.ts';
import { front } from './front.ts';
import { Markets } from './markets.ts';
import { expose } from './metrics/expose.ts';
import { pipelineMetrics } from './metrics/pipelineMetrics.ts';
import { observer } from './observe.ts';
import { openApi } from './openapi.ts';
import { LatestPredictions } from './predictions/latest.ts';
import { PROBLEMS, Problem } from './problem.ts';
import { readHistory } from './readiness.ts';
import { remembered } from './remembered.ts';
import { notOverloaded } from './requests.ts';
import type { Route } from './route.ts';
import { routes } from './routes/all.ts';
import type { FeedsReport } from './schemas/feeds.ts';
import { handlerOf } from './serving.ts';
import type { ChangeSource } from './stream/changeSource.ts';
import { Watermarks } from './watermarks.ts';

/** What the API works with. */
export interface ApiOptions {
  /** Connections of the read-only role; `createReadPool` makes them as the API likes them. The caller ends it. */
  readonly pool: Pool;
  /** How the engine is, for /ready. */
  readonly status: () => Promise<EngineStatus>;
  /** Where data comes from; default: nowhere, as when other processes write it. */
  readonly feeds?: () => FeedsReport;
  /** Where it is told what has changed; without, answers that are kept for a moment end by time. */
  readonly changes?: ChangeSource;
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

/** The API, which `listen` serves: an Express app, with what every request passes in front of it. */
export function createApi(options: ApiOptions): RequestListener {
  const context = contextOf(options);
  const { gate } = context;
  const served = [...routes, ...adminRoutes, ...(options.routes ?? [])];
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  const { registry } = options;
  app.use(compressed);
  if (registry) {
    pipelineMetrics(registry, context);
    app.get('/metrics', allowed(gate, 'read'), expose(registry));
  }
  app.get('/openapi.json', async (_request, response) => {
    response
      .set('cache-control', 'no-cache')
      .json(await openApi(served, context, { measured: registry !== undefined }));
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
  const measured = registry === undefined ? [] : ['/metrics'];
  for (const [path, methods] of methodsByPath(served, measured)) app.all(path, methodNotAllowed(methods));
  app.use(unknownPath);
  app.use(failures(context));
  return front({ context, limits: options.limits ?? LIMITS, observe: observer(options), app });
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

/** @param others paths that are read and are no routes */
function methodsByPath(
  served: readonly Route[],
  others: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const read = ['/openapi.json', '/problems/:code', ...PAGES, ...others];
  const methods = new Map(read.map((path): [string, string[]] => [path, ['GET', 'HEAD']]));
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
  changes,
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
  const answers = new Answers(clock);
  const latest = new LatestPredictions({ db, catalog, clock }, changes ?? null, () => answers.drop());
  const startedAt = clock.now();
  return {
    ...{ db, catalog, markets, watermarks, latest, answers, history },
    ...{ status, feeds, gate, admin: admin ?? null, clock, logger, maxLagMs, startedAt },
  };
}
