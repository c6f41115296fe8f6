import { PostgresLanding } from '../../connectors/postgresLanding.ts';
import { instruments } from '../../connectors/simulator/instrument.ts';
import { SimulatedMarket } from '../../connectors/simulator/market.ts';
import { systemClock } from '../../engine/clock.ts';
import type { Engine } from '../../engine/engine.ts';
import { quantile } from '../rig.ts';

/** Batches are committed this often, in milliseconds. */
const PACE_MS = 50;

/** From the commit of a batch of trades to the commit of the refresh that shows it as candles. */
export interface VisibleFigures {
  readonly batches: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

/** Trades at a steady rate, until they are paused. */
export class LiveTrades {
  readonly #landing: PostgresLanding;
  readonly #market: SimulatedMarket;
  readonly #forget: () => void;
  #commits: number[] = [];
  #visible: number[] = [];
  #pausing = new AbortController();
  #running: Promise<void> = Promise.resolve();
  landed = 0;

  constructor(url: string, engine: Engine, tradesPerSecond: number, seed: number) {
    this.#landing = new PostgresLanding({ connection: url, durable: true });
    this.#market = new SimulatedMarket({
      seed,
      startMs: systemClock.now(),
      instruments: instruments(20),
      tradesPerSecond,
      regimes: false,
      outagesPerDay: 0,
    });
    this.#forget = engine.onRefresh(({ startedAt, seconds }) => {
      const seen = this.#commits.filter((at) => at <= startedAt);
      this.#commits = this.#commits.slice(seen.length);
      for (const at of seen) this.#visible.push(startedAt + seconds * 1000 - at);
    });
  }

  resume(): void {
    this.#pausing = new AbortController();
    this.#running = this.#run(this.#pausing.signal);
    this.#running.catch(() => undefined); // Told by `pause`.
  }

  async pause(): Promise<void> {
    this.#pausing.abort();
    await this.#running;
  }

  async end(): Promise<void> {
    await this.pause().finally(() => this.#landing.close());
    this.#forget();
  }

  /** What became visible since this was asked last. */
  since(): VisibleFigures {
    const seen = this.#visible;
    this.#visible = [];
    return {
      batches: seen.length,
      p50Ms: quantile(seen, 0.5),
      p99Ms: quantile(seen, 0.99),
      longestMs: quantile(seen, 1),
    };
  }

  /** A second of the market at a time is generated, and dealt out as its instants come. */
  async #run(signal: AbortSignal): Promise<void> {
    let queue: Parameters<PostgresLanding['trades']>[0][number][] = [];
    while (!signal.aborted) {
      const second = systemClock.now() * 1000;
      while (this.#market.position < second + 500_000) {
        const { trades, heartbeats } = this.#market.next();
        queue.push(...trades);
        await this.#landing.heartbeats(heartbeats);
      }
      const now = new Date(systemClock.now()).toISOString();
      const due = queue.findIndex((trade) => trade.ts > now);
      const batch = queue.slice(0, due < 0 ? queue.length : due);
      queue = queue.slice(batch.length);
      if (batch.length > 0) {
        this.landed += await this.#landing.trades(batch);
        this.#commits.push(performance.now());
      }
      await systemClock.sleep(PACE_MS, signal);
    }
  }
}
