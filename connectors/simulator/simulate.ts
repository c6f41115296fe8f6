import type { Clock } from '../../engine/clock.ts';
import { isoOf, microsOf } from '../instant.ts';
import type { Trade } from '../landing.ts';
import { Writer, type WriterCounts, type WriterOptions } from '../writer.ts';
import type { Arrivals, Arrived } from './arrivals.ts';
import type { SimulatedMarket } from './market.ts';

export interface SimulateOptions extends Omit<WriterOptions, 'clock'> {
  /** Begins where its history is to begin: a start in the past is caught up with as fast as the landing takes it. */
  readonly market: SimulatedMarket;
  /** Faults on the line; without it every trade arrives at once, in order and once. */
  readonly arrivals?: Arrivals;
  readonly clock: Clock;
  /** End of the simulation, milliseconds since the Unix epoch; without it until the signal aborts. */
  readonly untilMs?: number;
  readonly signal?: AbortSignal;
  /** Called after each simulated second. */
  readonly onProgress?: (progress: SimulateProgress) => void;
}

export interface SimulateProgress extends WriterCounts {
  /** How far event time has come, ISO 8601 in UTC. */
  readonly at: string;
  /** Whether the simulation has caught up with the clock. */
  readonly live: boolean;
}

/** Trades are handed over this often while live, in milliseconds. */
const PACE_MS = 20;

/**
 * Runs a simulated market against a clock: history as fast as possible, then in real time. Resolves when it has come
 * to its end or the signal has aborted, with everything landed that was handed over.
 */
export async function simulate(options: SimulateOptions): Promise<WriterCounts> {
  const { market, arrivals, clock, untilMs = Number.POSITIVE_INFINITY, signal } = options;
  const writer = new Writer(options);
  let live = false;
  while (!signal?.aborted && market.position < untilMs * 1000) {
    const second = market.next();
    const arrived: Arrived = arrivals?.take(second) ?? { ...second, micros: market.position };
    live = market.position > clock.now() * 1000;
    if (live) await handOver(arrived, second.micros, writer, clock, signal);
    else await writer.writeAll(arrived.trades);
    for (const heartbeat of arrived.heartbeats) await writer.heartbeat(heartbeat);
    options.onProgress?.({ ...writer.counts(), at: isoOf(market.position), live });
  }
  if (!signal?.aborted && arrivals !== undefined) {
    const rest = arrivals.rest();
    await writer.writeAll(rest.trades);
    for (const heartbeat of rest.heartbeats) await writer.heartbeat(heartbeat);
  }
  await writer.close();
  return writer.counts();
}

/** Hands a second's trades over as their times come, and waits for its end. */
async function handOver(
  arrived: Arrived,
  startMicros: number,
  writer: Writer,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { trades } = arrived;
  let done = 0;
  while (done < trades.length) {
    const now = clock.now() * 1000;
    let due = done;
    // A late trade is due with the one before it: its own time has passed already.
    while (due < trades.length && Math.max(startMicros, microsOf((trades[due] as Trade).ts)) <= now) due++;
    const receivedAt = isoOf(now);
    if (due > done) await writer.writeAll(trades.slice(done, due).map((trade) => ({ ...trade, receivedAt })));
    done = due;
    if (done < trades.length && !(await clock.sleep(PACE_MS, signal))) return;
  }
  const left = arrived.micros / 1000 - clock.now();
  if (left > 0) await clock.sleep(left, signal);
}
