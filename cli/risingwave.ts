import type { Config } from '../config/config.ts';
import { loadCatalog } from '../engine/catalog/catalog.ts';
import { systemClock } from '../engine/clock.ts';
import { askProfile } from '../engine/profile.ts';
import { pendingStatements } from '../engine/risingwave/apply.ts';
import { connect } from '../engine/risingwave/connection.ts';
import { RisingwaveEngine } from '../engine/risingwave/engine.ts';
import type { RisingwaveOptions, RisingwaveStatement } from '../engine/risingwave/statements.ts';
import type { Context } from './context.ts';
import { EXIT } from './exitCodes.ts';
import type { PlatformOptions } from './platform.ts';

/** How a configuration puts sql/ on RisingWave. */
export function risingwaveOptions(config: Config): RisingwaveOptions {
  return {
    environment: config.KAFKA_BROKERS === null ? {} : { KAFKA_BROKERS: config.KAFKA_BROKERS },
    analyst: config.ANALYST_ROLE,
  };
}

/** Puts on RisingWave what is missing of sql/, and follows it. */
export async function openRisingwave(
  url: string,
  { config, catalog, clock, onBuild = () => {}, say }: PlatformOptions,
): Promise<RisingwaveEngine> {
  let told = false;
  let now = { what: '', done: 0, total: 0 };
  const engine = await RisingwaveEngine.open({
    ...risingwaveOptions(config),
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

/** `tickwave apply` on RisingWave: makes what is missing of sql/ and ends, or prints every statement of it. */
export async function applyThere(context: Context, dryRun: boolean): Promise<number> {
  const config = context.config();
  const catalog = await loadCatalog(config.SQL_DIR);
  const { say, print } = context.terminal;
  const url = config.DATABASE_URL ?? '';
  if (dryRun) {
    const client = await connect(url, 'tickwave apply');
    try {
      const { statements } = await pendingStatements(client, catalog, risingwaveOptions(config));
      for (const { sql } of statements) print(`${sql};`);
    } finally {
      await client.end();
    }
    return EXIT.ok;
  }
  const onBuild = (what: string, done: number, total: number): void => {
    if (what !== '') say(`${done + 1} of ${total}: ${what}`);
  };
  const engine = await openRisingwave(url, { config, catalog, clock: systemClock, say, log: say, onBuild });
  await engine.stop();
  const { made } = engine.applied;
  say(made.length === 0 ? 'nothing to do: sql/ is deployed' : `made ${made.join(', ')}`);
  return EXIT.ok;
}
