import type { Logger } from 'pino';
import type { Scored } from './score.ts';

/** Says of each window what became of it, with what tells a prediction apart: so one can be followed through the log. */
export function logScored(logger: Logger, { predictions, unusable }: Scored): void {
  if (!logger.isLevelEnabled('debug')) return;
  for (const { window, model, version, horizonMinutes, late, latencyMs, featuresHash } of predictions)
    logger.debug(
      {
        ...idOf(window, horizonMinutes),
        ...{ model, version, late, latency_ms: latencyMs, features_hash: featuresHash },
      },
      'a window was scored',
    );
  for (const { window, model, version, reason } of unusable)
    logger.debug({ ...idOf(window, null), model, version, reason }, 'a window could not be scored');
}

function idOf(
  { exchange, symbol, start }: { readonly exchange: string; readonly symbol: string; readonly start: number },
  horizon: number | null,
): Readonly<Record<string, unknown>> {
  const windowStart = new Date(start).toISOString().replace('.000Z', 'Z');
  return {
    window_id: [exchange, symbol, windowStart, ...(horizon === null ? [] : [`${horizon}m`])].join(' '),
    ...{ exchange, symbol, window_start: windowStart, horizon_minutes: horizon },
  };
}
