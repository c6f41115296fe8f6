import { setMaxListeners } from 'node:events';
import { databaseMetrics } from '../api/metrics/databaseMetrics.ts';
import { HopMetrics } from '../api/metrics/hopMetrics.ts';
import type { Config } from '../config/config.ts';
import { systemClock } from '../engine/clock.ts';
import { Admin } from './admin/admin.ts';
import type { Context } from './context.ts';
import { EXIT } from './exitCodes.ts';
import { followHops } from './hops.ts';
import { aborted } from './interrupt.ts';
import type { OpenModels } from './models/service.ts';
import { type OpenMonitoring, openMonitoring } from './monitoring.ts';
import { type OpenApi, openApi } from './openApi.ts';
import type { Platform } from './platform.ts';
import { announce } from './runFile.ts';
import type { Source } from './sources/source.ts';
import { reportStatus } from './statusLine.ts';
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

/** Loops that sleep until the end at the same time: more than this would be a leak. */
const LISTENERS = 50;

/** Runs the API, the models, the source and the status lines on a platform until the signal aborts or something fails for good. */
export async function serve(serving: Serving): Promise<number> {
  const { context, config, platform, source, models, signal, json } = serving;
  const url = platform.database.url('owner');
  const monitoring = await openMonitoring({ config, url, say: context.terminal.warn });
  const api = await apiOf(serving, monitoring);
  const ending = new AbortController();
  const endWith = AbortSignal.any([signal, ending.signal]);
  setMaxListeners(LISTENERS, endWith);
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

function apiOf({ config, platform, source }: Serving, { index }: OpenMonitoring): Promise<OpenApi> {
  const { database } = platform;
  return openApi({
    ...{ config, index, holder: platform, readUrl: database.url('analyst') },
    status: async () => platform.status(),
    feeds: () => source.report(),
    admin: new Admin({ config, url: database.url('owner'), source }),
    measure: (registry, tools) => {
      databaseMetrics(registry, tools);
      return followHops(platform, new HopMetrics(registry, tools));
    },
  });
}
