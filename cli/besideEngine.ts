import type { Pool } from 'pg';
import type { EngineStatus } from '../api/context.ts';
import type { Config } from '../config/config.ts';
import { loadCatalog } from '../engine/catalog/catalog.ts';
import { systemClock } from '../engine/clock.ts';
import { engineOf } from '../engine/database/engineOf.ts';
import type { ChangeTeller } from '../engine/keeper.ts';
import { findEngine } from '../engine/postgres/engineLock.ts';
import { FollowedEngine } from '../engine/postgres/followedEngine.ts';
import { RisingwaveEngine } from '../engine/risingwave/engine.ts';
import type { EngineHolder } from './changes.ts';
import { explainError } from './errors.ts';
import { risingwaveOptions } from './risingwave.ts';

export interface BesideOptions {
  readonly config: Config;
  /** Connections as the database's owner. */
  readonly pool: Pool;
  readonly url: string;
  readonly say: (line: string) => void;
}

/** What another process keeps up to date, as one that only serves it sees it. */
export interface Beside {
  readonly holder: EngineHolder<ChangeTeller>;
  readonly status: () => Promise<EngineStatus>;
  /** Resolves with the reason when changes are not told any more; never after `stop`. */
  readonly lost: Promise<Error>;
  stop(): Promise<void>;
}

/** Between two looks whether something is deployed, in milliseconds. */
const LOOK_MS = 1_000;
/** An engine with nothing to do looks each second; one that did nothing for longer is behind. */
const QUIET_MS = 1_500;

/** Waits until views are deployed, and follows them. Null when the signal came first. */
export async function besideEngine(options: BesideOptions, signal: AbortSignal): Promise<Beside | null> {
  const { pool, say } = options;
  let said = '';
  for (;;) {
    const found = await look(options, pool).catch((error: unknown) => explainError(error));
    if (typeof found === 'object') return found;
    if (found !== said) say(`waiting: ${found}`);
    said = found;
    if (!(await systemClock.sleep(LOOK_MS, signal))) return null;
  }
}

/** @returns why there is nothing yet */
async function look(options: BesideOptions, pool: Pool): Promise<Beside | string> {
  const { refreshedBy } = await engineOf(pool);
  return refreshedBy === 'database' ? besideRisingwave(options) : besidePostgres(options, pool);
}

async function besidePostgres({ url, say }: BesideOptions, pool: Pool): Promise<Beside | string> {
  const engine = await FollowedEngine.open({ url, clock: systemClock, say });
  if (engine === null)
    return 'no views are deployed in the database yet; `tickwave engine` or `tickwave apply` does it';
  return {
    holder: {
      onEngine: (listener) => {
        listener(engine);
        return engine.onLayout(() => listener(engine));
      },
    },
    status: () => statusOf(pool),
    lost: new Promise(() => {}),
    stop: () => engine.stop(),
  };
}

async function statusOf(pool: Pool): Promise<EngineStatus> {
  const engine = await findEngine(pool);
  if (engine === null)
    return {
      state: 'stopped',
      refreshLagMs: null,
      detail: 'no `tickwave engine` keeps the views of this database up to date',
    };
  const quiet = engine.quietMs ?? 0;
  return { state: 'running', refreshLagMs: quiet > QUIET_MS ? quiet : 0 };
}

async function besideRisingwave({ config, url }: BesideOptions): Promise<Beside | string> {
  const catalog = await loadCatalog(config.SQL_DIR);
  const engine = await RisingwaveEngine.follow({ ...risingwaveOptions(config), url, catalog });
  if (engine === null) return 'not all of sql/ is on RisingWave yet; `tickwave apply` does it';
  await engine.start();
  return {
    holder: {
      onEngine: (listener) => {
        listener(engine);
        return engine.onLayout(() => listener(engine));
      },
    },
    status: async () => ({ state: engine.status().running ? 'running' : 'stopped', refreshLagMs: 0 }),
    lost: engine.ended.then((error) => error ?? new Promise<Error>(() => {})),
    stop: () => engine.stop(),
  };
}
