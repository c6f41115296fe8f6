import type { StreamLimits } from '../api/stream/limits.ts';
import type { Config } from '../config/config.ts';

/** What the streams allow, as the configuration has it. */
export function streamLimitsOf(config: Config): Partial<StreamLimits> {
  return {
    connections: config.STREAM_CLIENTS,
    connectionsPerAddress: config.STREAM_ADDRESS_CLIENTS,
    subscriptions: config.STREAM_SUBSCRIPTIONS,
    bufferedBytes: config.STREAM_BUFFER,
    slowMs: config.STREAM_SLOW * 1000,
    heartbeatMs: config.STREAM_HEARTBEAT * 1000,
    pingMs: config.STREAM_PING * 1000,
  };
}
