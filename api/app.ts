import express, { type Express } from 'express';
import helmet from 'helmet';
import { Kysely, PostgresDialect } from 'kysely';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { Catalog } from './catalog.ts';
import type { Clock, Context, EngineStatus } from './context.ts';
import type { Views } from './database.ts';
import { failures, unknownPath } from './failures.ts';
import { Markets } from './markets.ts';
import { openApi } from './openapi.ts';
import { PROBLEMS, Problem } from './problem.ts';
import { readHistory } from './readiness.ts';
import { remembered } from './remembered.ts';
import { identified, limited, notOverloaded } from './requests.ts';
import type { Route } from './route.ts';
import { routes } from './routes/all.ts';
import type { FeedsReport } from './schemas/feeds.ts';

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
}

/** The API as an Express app, which `listen` serves. */
export function createApi(options: ApiOptions): Express {
  const context = contextOf(options);
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(identified(options), helmet(), limited);
  app.get('/openapi.json', async (_request, response) => {
    response.json(await openApi(routes, context));
  });
  app.get('/problems/:code', (request, response) => {
    const kind = Object.entries(PROBLEMS).find(([code]) => code === request.params.code)?.[1];
    if (!kind)
      throw new Problem('unknown_path', { detail: `Known codes: ${Object.keys(PROBLEMS).join(', ')}` });
    response.json({ code: request.params.code, ...kind });
  });
  const guard = notOverloaded(options.pool, options.maxWaiting ?? 200);
  for (const route of routes) {
    const serve = handlerOf(route, context);
    // Health must answer though everything else is jammed.
    if (route.path === '/health') app.get(route.path, serve);
    else app.get(route.path.replace(/\{(\w+)\}/g, ':$1'), guard, serve);
  }
  app.use(unknownPath);
  app.use(failures(context));
  return app;
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
}: ApiOptions): Context {
  const db = new Kysely<Views>({ dialect: new PostgresDialect({ pool }) });
  const catalog = new Catalog(pool, clock);
  const markets = new Markets(db, clock);
  const history = remembered(clock, 1_000, () => readHistory(db, catalog, markets, logger));
  return { db, catalog, markets, history, status, feeds, clock, logger, maxLagMs, startedAt: clock.now() };
}

function handlerOf(route: Route, context: Context): express.RequestHandler {
  return async (request, response) => {
    const answer = await route.handle(request.params, request.query, context);
    response.set('cache-control', 'no-cache').json(answer);
  };
}
