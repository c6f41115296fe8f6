import type { Clock } from '../engine/clock.ts';
import type { Platform } from './platform.ts';
import { count } from './progress.ts';
import type { Source } from './sources/source.ts';

export interface ReportOptions {
  readonly platform: Platform;
  readonly source: Source;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly print: (line: string) => void;
  readonly json: boolean;
}

const EVERY_MS = 10_000;

/** Prints how it goes every ten seconds, until the signal aborts. */
export async function reportStatus({
  platform,
  source,
  signal,
  clock,
  print,
  json,
}: ReportOptions): Promise<void> {
  let before = { landed: 0, at: clock.now() };
  while (await clock.sleep(EVERY_MS, signal)) {
    const now = { landed: source.landed(), at: clock.now() };
    const rate = ((now.landed - before.landed) * 1000) / Math.max(1, now.at - before.at);
    before = now;
    const { state, refreshLagMs, detail } = platform.status();
    const { meanMs, refreshes } = platform.engine.status();
    const time = new Date(now.at).toISOString();
    if (json)
      print(
        JSON.stringify({
          time,
          state,
          source: source.doing(),
          trades: now.landed,
          trades_per_second: rate,
          refreshes,
          refresh_ms: meanMs,
          lag_ms: refreshLagMs,
          detail: detail ?? null,
        }),
      );
    else {
      const { refreshedBy, title } = platform.database.profile;
      const kept =
        refreshedBy === 'database'
          ? `views kept by ${title}`
          : `views ${count(refreshLagMs ?? 0)} ms behind, refresh ${count(meanMs)} ms`;
      const engine = state === 'running' ? kept : `views ${state}: ${detail ?? ''}`;
      print(
        `${time.slice(11, 19)}  ${source.doing()}  ${count(now.landed)} trades, ${count(rate)}/s  ${engine}`,
      );
    }
  }
}
