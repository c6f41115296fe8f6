import pg from 'pg';
import type { Config } from '../config/config.ts';
import { loadCatalog } from '../engine/catalog/catalog.ts';
import { systemClock } from '../engine/clock.ts';
import { askProfile } from '../engine/profile.ts';
import { readDeployed } from '../engine/risingwave/apply.ts';
import { connect } from '../engine/risingwave/connection.ts';
import { RisingwaveEngine } from '../engine/risingwave/engine.ts';
import type { RisingwaveOptions, RisingwaveStatement } from '../engine/risingwave/statements.ts';
import { takeVersions } from '../engine/risingwave/versions/lock.ts';
import { RisingwaveVersions } from '../engine/risingwave/versions/risingwaveVersions.ts';
import type { Owner } from '../engine/versions/deployment.ts';
import type { Versions } from '../engine/versions/versions.ts';
import type { Context } from './context.ts';
import type { PlatformOptions } from './platform.ts';
import { topicMaker } from './topics.ts';

/** How a configuration puts sql/ on RisingWave. */
export function risingwaveOptions(config: Config): RisingwaveOptions {
  return {
    environment: config.KAFKA_BROKERS === null ? {} : { KAFKA_BROKERS: config.KAFKA_BROKERS },
    analyst: config.ANALYST_ROLE,
  };
}

/** Views are missing that somebody else was to make. */
export class NotApplied extends Error {
  override readonly name = 'NotApplied';

  constructor() {
    super('not all of sql/ is on RisingWave: run `tickwave apply` first, or start without --no-apply');
  }
}

/** Puts on RisingWave what is missing of sql/, and follows it. */
export async function openRisingwave(
  url: string,
  { config, catalog, clock, onBuild = () => {}, say, keep = false }: PlatformOptions,
): Promise<RisingwaveEngine> {
  if (keep) {
    const engine = await RisingwaveEngine.follow({ ...risingwaveOptions(config), url, catalog });
    if (engine === null) throw new NotApplied();
    return engine;
  }
  let told = false;
  let now = { what: '', done: 0, total: 0 };
  const engine = await RisingwaveEngine.open({
    ...risingwaveOptions(config),
    makeTopics: topicMaker(config, say),
    url,
    catalog,
    ...(clock === undefined ? {} : { clock }),
    onStatement: ({ what }: RisingwaveStatement, done, total) => {
      told = true;
      now = { what, done, total };
      onBuild(what, done, total);
    },
    onProgress: (builds) =>
      onBuild(`${now.what}, ${builds.map(({ progress }) => progress).join(', ')}`, now.done, now.total),
  });
  const { statements, left } = engine.applied;
  if (told) onBuild('', statements, statements);
  if (left.length > 0) say(`deployed and no longer in sql/: ${left.join(', ')}`);
  return engine;
}

/** Whether the views of DATABASE_URL are kept by the database itself. */
export async function keepsItsViews({ DATABASE_URL }: Config): Promise<boolean> {
  return DATABASE_URL !== null && (await askProfile(DATABASE_URL)).refreshedBy === 'database';
}

/** Versions on the RisingWave of DATABASE_URL, for those who only read. */
export async function withVersionsThere<T>(
  config: Config,
  work: (versions: Versions, url: string) => Promise<T>,
): Promise<T> {
  const url = config.DATABASE_URL ?? '';
  const client = await connect(url, 'tickwave versions');
  try {
    return await work(new RisingwaveVersions(client, url, risingwaveOptions(config), systemClock), url);
  } finally {
    await client.end();
  }
}

/** Who changes versions, and for what. */
export interface Changing {
  readonly by: Owner;
  readonly verb: string;
  readonly isAlive: (pid: number) => boolean;
}

/** As `withVersionsThere`, alone. Where nothing is deployed yet, or not all of it, sql/ is put there first. */
export async function changingThere<T>(
  context: Context,
  changing: Changing,
  work: (versions: Versions, url: string) => Promise<T>,
): Promise<T> {
  const config = context.config();
  const url = config.DATABASE_URL ?? '';
  if (changing.verb === 'apply') await applyFirst(context, url);
  const pool = new pg.Pool({ connectionString: url, application_name: 'tickwave lease', max: 2 });
  pool.on('error', () => {}); // The query that was running rejects.
  try {
    const lease = await takeVersions(pool, { ...changing, clock: systemClock });
    try {
      return await withVersionsThere(config, work);
    } finally {
      await lease.release();
    }
  } finally {
    await pool.end();
  }
}

/** The first deployment has nothing to stand beside. */
async function applyFirst(context: Context, url: string): Promise<void> {
  const config = context.config();
  const { say } = context.terminal;
  const client = await connect(url, 'tickwave apply');
  try {
    const { deployed } = await readDeployed(client);
    const states = [...deployed.values()].map(({ state }) => state);
    if (states.length > 0 && !states.includes('begun')) return;
  } finally {
    await client.end();
  }
  const catalog = await loadCatalog(config.SQL_DIR);
  const onBuild = (what: string, done: number, total: number): void => {
    if (what !== '') say(`${done + 1} of ${total}: ${what}`);
  };
  const engine = await openRisingwave(url, { config, catalog, clock: systemClock, say, log: say, onBuild });
  await engine.stop();
  say(`made ${engine.applied.made.join(', ')}`);
}
