import type { Config } from '../../config/config.ts';
import { aborted } from '../interrupt.ts';
import { plainReport, type Source } from './source.ts';

/** No source: other processes write the trades. */
export function idleSource(config: Config): Source {
  const from =
    config.KAFKA_BROKERS === null
      ? 'what `tickwave connect` writes'
      : `the topics of ${config.KAFKA_BROKERS}`;
  const banner = `no source of its own, serving ${from}`;
  return {
    banner,
    name: 'other processes',
    run: (signal) => aborted(signal),
    landed: () => 0,
    doing: () => 'serving',
    report: () => plainReport('none', banner),
  };
}
