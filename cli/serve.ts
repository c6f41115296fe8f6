import { collectDefaultMetrics, Registry } from 'prom-client';
import { passingKey } from '../api/access/key.ts';
import { createApi } from '../api/app.ts';
import { createReadPool } from '../api/database.ts';
import { type Listening, listen } from '../api/listen.ts';
import { databaseMetrics } from '../api/metrics/databaseMetrics.ts';
import { HopMetrics } from '../api/metrics/hopMetrics.ts';
import { monitoringRoutes } from '../api/monitoring/routes.ts';
import { Streams } from '../api/stream/streams.ts';
import type { Config } from '../config/config.ts';
import { systemClock } from '../engine/clock.ts';
import { Admin } from './admin/admin.ts';
import { EngineChanges } from './changes.ts';
import type { Context } from './context.ts';
import { EXIT } from './exitCodes.ts';
import { gateOf, rateLimitsOf } from './gate.ts';
import { followHops } from './hops.ts';
import { aborted } from './interrupt.ts';
import { openLog } from './logger.ts';
import type { OpenModels } from './models/service.ts';
import { type OpenMonitoring, openMonitoring } from './monitoring.ts';
import type { Platform } from './platform.ts';
import { announce } from './runFile.ts';
import type { Source } from './sources/source.ts';
import { reportStatus } from './statusLine.ts';
import { streamLimitsOf } from './streamLimits.ts';
import type { Terminal } from './terminal.ts';

export interface Serving {
  readonly context: Context;
  readonly config: Config;
  readonly platform: Platform;
  /** As in `start`. */
  readonly verb: string;
  readonly source: Source;
  /** The models at work on it; null when they work elsewhere. */
  readonly models: OpenModels | null;
  readonly signal: AbortSignal;
  readonly json: boolean;
}

/** Runs the API, the models, the source and the status lines on a platform until the signal aborts or something fails for good. */
export async function serve(serving: Serving): Promise<number> {
  const { context, config, platform, source, models, signal, json } = serving;
  const url = platform.database.url('owner');
  const monitoring = await openMonitoring({ config, url, say: context.terminal.warn });
  const api = await openApi(serving, monitoring);
  const ending = new AbortController();
  const endWith = AbortSignal.any([signal, ending.signal]);
  try {
    announce(platform.database.dataDir, {
      pid: process.pid,
      verb: serving.verb,
      startedAt: new Date(systemClock.now()).toISOString(),
      source: source.name,
      api: api.listening.url,
      apiKey: api.key,
      databasePort: platform.database.port,
    });
    sayWhere(context.terminal, platform, api.listening.url, source, json);
    const fed = source.run(endWith);
    const beside = [models?.service.run(endWith), monitoring.run(endWith)];
    const { print } = context.terminal;
    const reporting = reportStatus({ platform, source, signal: endWith, clock: systemClock, print, json });
    const failed = fed.then(() => new Promise<never>(() => {}));
    const ended = await Promise.race([aborted(signal), platform.lost, failed]).catch((error: unknown) => ({
      failed: error,
    }));
    ending.abort();
    await Promise.allSettled([fed, reporting, ...beside]);
    if (ended instanceof Error) throw ended;
    if (ended !== undefined) throw ended.failed;
    return EXIT.ok;
  } finally {
    await api.stop();
  }
}

function sayWhere({ print }: Terminal, platform: Platform, api: string, source: Source, json: boolean): void {
  const database = platform.database.name;
  if (json) {
    const time = new Date(systemClock.now()).toISOString();
    print(JSON.stringify({ time, state: 'started', source: source.name, api, database }));
    return;
  }
  print(`  dashboard ${api}/`);
  print(`  API       ${api}/v1/markets    (document: ${api}/openapi.json)`);
  print(`  SQL       npx tickwave psql    (${database})`);
  print('  stop      Ctrl-C');
}

interface OpenApi {
  readonly listening: Listening;
  /** For verbs on the same data folder; null where none is needed. */
  readonly key: string | null;
  stop(): Promise<void>;
}

async function openApi({ config, platform, source }: Serving, { index }: OpenMonitoring): Promise<OpenApi> {
  const logger = openLog(config);
  const operator = passingKey('operator of this machine', systemClock.now());
  const gate = gateOf(config, logger, operator.record);
  const limits = rateLimitsOf(config);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const pool = createReadPool({ url: platform.database.url('analyst') });
  const status = async () => platform.status();
  const changes = new EngineChanges(platform);
  const { authorize, origins } = gate;
  const clock = systemClock;
  databaseMetrics(registry, { pool, clock, logger });
  const unfollowHops = followHops(platform, new HopMetrics(registry, { pool, clock, logger }));
  const most = streamLimitsOf(config);
  const streams = new Streams({ pool, source: changes, clock, logger, authorize, origins, limits: most });
  const mount = streams.mount.bind(streams);
  const admin = new Admin({ config, url: platform.database.url('owner'), source });
  const routes = monitoringRoutes(index, clock);
  const feeds = () => source.report();
  const app = createApi({
    ...{ pool, logger, clock, status, feeds, changes, gate, admin, limits, registry, routes, mount },
  });
  const close = async (): Promise<void> => {
    await admin.close();
    await streams.stop();
    changes.stop();
    unfollowHops();
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
