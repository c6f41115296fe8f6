import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { passingKey } from '../api/access/key.ts';
import { createApi } from '../api/app.ts';
import type { EngineStatus } from '../api/context.ts';
import { createReadPool } from '../api/database.ts';
import { type Listening, listen } from '../api/listen.ts';
import type { MonitoringIndex } from '../api/monitoring/choose.ts';
import { monitoringRoutes } from '../api/monitoring/routes.ts';
import type { FeedsReport } from '../api/schemas/feeds.ts';
import { Streams } from '../api/stream/streams.ts';
import type { Config } from '../config/config.ts';
import { type Clock, systemClock } from '../engine/clock.ts';
import type { ChangeTeller } from '../engine/keeper.ts';
import type { Admin } from './admin/admin.ts';
import { EngineChanges, type EngineHolder } from './changes.ts';
import { gateOf, rateLimitsOf } from './gate.ts';
import { openLog } from './logger.ts';
import { streamLimitsOf } from './streamLimits.ts';

/** What measurements are made with. */
export interface MeasuringTools {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface ApiParts {
  readonly config: Config;
  /** Address of the database, as the read-only role. */
  readonly readUrl: string;
  /** Who tells what changed. */
  readonly holder: EngineHolder<ChangeTeller>;
  readonly status: () => Promise<EngineStatus>;
  readonly feeds: () => FeedsReport;
  /** Closed with the API. */
  readonly admin: Admin;
  readonly index: MonitoringIndex | null;
  /** Adds what is measured beside the API itself; returns the function that ends it. */
  readonly measure?: (registry: Registry, tools: MeasuringTools) => () => void;
}

/** An API that is served. */
export interface OpenApi {
  readonly listening: Listening;
  /** For verbs on the same data folder; null where none is needed. */
  readonly key: string | null;
  stop(): Promise<void>;
}

/** Serves the API as the configuration has it. */
export async function openApi(parts: ApiParts): Promise<OpenApi> {
  const { config, holder, status, feeds, admin, index, measure = () => () => {} } = parts;
  const logger = openLog(config);
  const operator = passingKey('operator of this machine', systemClock.now());
  const gate = gateOf(config, logger, operator.record);
  const limits = rateLimitsOf(config);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const pool = createReadPool({ url: parts.readUrl });
  const clock = systemClock;
  const changes = new EngineChanges(holder);
  const unmeasure = measure(registry, { pool, clock, logger });
  const { authorize, origins } = gate;
  const most = streamLimitsOf(config);
  const streams = new Streams({ pool, source: changes, clock, logger, authorize, origins, limits: most });
  const mount = streams.mount.bind(streams);
  const routes = monitoringRoutes(index, clock);
  const app = createApi({
    ...{ pool, logger, clock, status, feeds, changes, gate, admin, limits, registry, routes, mount },
  });
  const close = async (): Promise<void> => {
    await admin.close();
    await streams.stop();
    changes.stop();
    unmeasure();
  };
  try {
    const listening = await listen(app, config.PORT, undefined, config.HOST);
    streams.attach(listening.server);
    return {
      listening,
      key: gate.keysRequired ? operator.text : null,
      stop: async () => {
        await close();
        await listening.stop();
        await pool.end();
      },
    };
  } catch (error) {
    await close();
    await pool.end();
    throw error;
  }
}
