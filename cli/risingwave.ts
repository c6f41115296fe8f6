import type { Config } from '../config/config.ts';
import { RisingwaveEngine } from '../engine/risingwave/engine.ts';
import type { RisingwaveOptions, RisingwaveStatement } from '../engine/risingwave/statements.ts';
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
