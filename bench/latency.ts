import type { Trade } from '../connectors/landing.ts';
import type { PostgresLanding } from '../connectors/postgresLanding.ts';
import { instruments } from '../connectors/simulator/instrument.ts';
import { SimulatedMarket } from '../connectors/simulator/market.ts';
import { systemClock } from '../engine/clock.ts';
import { quantile, type Rig } from './rig.ts';

const MARKETS = 20;
/** Batches of trades are committed this often, in milliseconds. */
const PACE_MS = 20;

/** Lands minutes of history for all markets, a few trades a second each, and refreshes. */
export async function landHistory(
  rig: Rig,
  landing: PostgresLanding,
  minutes: number,
  tradesPerSecond: number,
): Promise<number> {
  const now = systemClock.now();
  const market = new SimulatedMarket({
    seed: 1,
    startMs: now - minutes * 60_000,
    instruments: instruments(MARKETS),
    tradesPerSecond,
    regimes: false,
    outagesPerDay: 0,
  });
  let landed = 0;
  let trades: Trade[] = [];
  while (market.position < now * 1000) {
    const second = market.next();
    trades.push(...second.trades);
    await landing.heartbeats(second.heartbeats);
    if (trades.length < 5000) continue;
    landed += await landing.trades(trades);
    trades = [];
  }
  landed += await landing.trades(trades);
  await rig.engine.refresh();
  await rig.client.query('analyze');
  return landed;
}

export interface LiveFigures {
  readonly tradesPerSecond: number;
  readonly seconds: number;
  readonly refreshes: number;
  readonly refreshMsMean: number;
  readonly visibleMsP50: number;
  readonly visibleMsP90: number;
  readonly visibleMsP99: number;
  /** Milliseconds from the last commit to the view that has it. */
  readonly drainMs: number;
}

/**
 * Live trades at a rate: time from the commit of a batch to the commit of the refresh that has it, which is when its feature
 * row can be seen. A refresh has what was committed before it began.
 */
export async function live(
  rig: Rig,
  landing: PostgresLanding,
  rate: number,
  seconds: number,
  seed: number,
): Promise<LiveFigures> {
  const market = new SimulatedMarket({
    seed,
    startMs: systemClock.now(),
    instruments: instruments(MARKETS),
    tradesPerSecond: rate,
    regimes: false,
    outagesPerDay: 0,
  });
  const commits: number[] = [];
  const visible: number[] = [];
  const refreshes: number[] = [];
  rig.engine.onRefresh((refresh) => {
    const end = refresh.startedAt + refresh.seconds * 1000;
    refreshes.push(refresh.seconds * 1000);
    while (commits[0] !== undefined && commits[0] <= refresh.startedAt)
      visible.push(end - (commits.shift() ?? end));
  });
  const started = performance.now();
  let landed = 0;
  let queue: Trade[] = [];
  while (performance.now() - started < seconds * 1000) {
    while (market.position < systemClock.now() * 1000 + 500_000) {
      const second = market.next();
      queue.push(...second.trades);
      await landing.heartbeats(second.heartbeats);
    }
    const now = new Date(systemClock.now()).toISOString();
    const due = queue.findIndex((trade) => trade.ts > now);
    const batch = queue.slice(0, due < 0 ? queue.length : due);
    queue = queue.slice(batch.length);
    for (let from = 0; from < batch.length; from += 5000) {
      landed += await landing.trades(batch.slice(from, from + 5000));
      commits.push(performance.now());
    }
    await systemClock.sleep(PACE_MS);
  }
  const elapsed = (performance.now() - started) / 1000;
  const last = performance.now();
  await rig.engine.refresh();
  return {
    tradesPerSecond: Math.round(landed / elapsed),
    seconds: Math.round(elapsed),
    refreshes: refreshes.length,
    refreshMsMean: round(refreshes.reduce((sum, value) => sum + value, 0) / refreshes.length),
    visibleMsP50: round(quantile(visible, 0.5)),
    visibleMsP90: round(quantile(visible, 0.9)),
    visibleMsP99: round(quantile(visible, 0.99)),
    drainMs: round(performance.now() - last),
  };
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
