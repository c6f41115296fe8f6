import type { Config } from '../config/config.ts';
import type { RisingwaveOptions } from '../engine/risingwave/statements.ts';

/** How a configuration puts sql/ on RisingWave. */
export function risingwaveOptions(config: Config): RisingwaveOptions {
  return {
    environment: config.KAFKA_BROKERS === null ? {} : { KAFKA_BROKERS: config.KAFKA_BROKERS },
    analyst: config.ANALYST_ROLE,
  };
}
