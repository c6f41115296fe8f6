import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { Histogram, type Registry } from 'prom-client';
import type { Clock } from '../context.ts';

const SAMPLED_TRADES = readFileSync(new URL('./sql/sampledTrades.sql', import.meta.url), 'utf8');
const SAMPLED_PREDICTIONS = readFileSync(new URL('./sql/sampledPredictions.sql', import.meta.url), 'utf8');

/** Trades, or predictions, of one refresh that are looked at. */
const SAMPLE = 50;
/** Milliseconds between two refreshes whose trades are looked at. */
const EVERY_MS = 5_000;
/** Trades that were received later than this, in seconds, are of a backfill or a replay. */
const LIVE_SECONDS = 300;

/** The key of a trade. */
export interface TradeKey {
  readonly exchange: string;
  readonly symbol: string;
  readonly trade_id: string;
}

/** The key of a prediction; the time as ISO text. */
export interface PredictionKey {
  readonly exchange: string;
  readonly symbol: string;
  readonly window_start: string;
  readonly horizon_minutes: number;
  readonly model: string;
  readonly version: number;
}

/** What a refresh of the views was like. */
export interface RefreshSeen {
  readonly seconds: number;
  /** How long the oldest write that it brought in had waited by its end, in milliseconds; null when there was none. */
  readonly waitedMs: number | null;
}

export interface HopMetricsOptions {
  /** Connections of the read-only role. */
  readonly pool: Pool;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Measures each hop from the exchange to a prediction that is served: every refresh, and of trades a sample every few seconds. */
export class HopMetrics {
  readonly #options: HopMetricsOptions;
  readonly #received: Histogram;
  readonly #stored: Histogram;
  readonly #visible: Histogram;
  readonly #waited: Histogram;
  readonly #refresh: Histogram;
  readonly #served: Histogram;
  #sampledAt = Number.NEGATIVE_INFINITY;

  constructor(registry: Registry, options: HopMetricsOptions) {
    this.#options = options;
    const registers = [registry];
    const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
    this.#received = new Histogram({
      name: 'tickwave_exchange_to_received_seconds',
      help: "From a trade's time at the exchange to its arrival, by the two clocks; of a sample of live trades",
      ...{ labelNames: ['exchange'], buckets, registers },
    });
    this.#stored = new Histogram({
      name: 'tickwave_received_to_stored_seconds',
      help: 'From the arrival of the first trade of a refresh to the database having it; of a sample of refreshes',
      ...{ labelNames: ['exchange'], buckets, registers },
    });
    this.#visible = new Histogram({
      name: 'tickwave_received_to_refreshed_seconds',
      help: "From a trade's arrival to the views having it: stored and refreshed; of a sample of live trades",
      ...{ labelNames: ['exchange'], buckets, registers },
    });
    this.#waited = new Histogram({
      name: 'tickwave_stored_to_refreshed_seconds',
      help: 'From the oldest write of a refresh to the views having it',
      ...{ buckets, registers },
    });
    this.#refresh = new Histogram({
      name: 'tickwave_refresh_duration_seconds',
      help: 'Time that a refresh that changed something took',
      ...{ buckets, registers },
    });
    this.#served = new Histogram({
      name: 'tickwave_scored_to_served_seconds',
      help: 'From the making of a prediction to the streams being told of it',
      ...{ labelNames: ['model'], buckets, registers },
    });
  }

  /** Whether trades of the next refresh are wanted. */
  wantsTrades(): boolean {
    return this.#options.clock.now() - this.#sampledAt >= EVERY_MS;
  }

  /** To be told of each refresh that changed something, at its end. */
  refreshed({ seconds, waitedMs }: RefreshSeen): void {
    this.#refresh.observe(seconds);
    if (waitedMs !== null) this.#waited.observe(waitedMs / 1000);
  }

  /**
   * To be told, at the end of a refresh, which trades it brought in, and for how long the oldest write had waited by then. Never
   * throws: what cannot be read is not measured.
   */
  async arrived(keys: readonly TradeKey[], waitedMs: number | null): Promise<void> {
    const { pool, clock, logger } = this.#options;
    const now = clock.now();
    this.#sampledAt = now;
    const sample = sampleOf(keys);
    try {
      const { rows } = await pool.query<{ exchange: string; traded: number; received: number | null }>(
        SAMPLED_TRADES,
        [JSON.stringify(sample)],
      );
      let first: { readonly exchange: string; readonly received: number } | null = null;
      for (const { exchange, traded, received } of rows) {
        if (received === null || received - traded > LIVE_SECONDS) continue;
        if (first === null || received < first.received) first = { exchange, received };
        this.#received.observe({ exchange }, Math.max(0, received - traded));
        this.#visible.observe({ exchange }, Math.max(0, now / 1000 - received));
      }
      // When the oldest write was noticed is known, and it had the trade that arrived first.
      if (first !== null && waitedMs !== null)
        this.#stored.observe(
          { exchange: first.exchange },
          Math.max(0, (now - waitedMs) / 1000 - first.received),
        );
    } catch (error) {
      logger.warn({ err: error }, 'the way of trades could not be measured');
    }
  }

  /** To be told, at the end of a refresh, which predictions are new: now streams tell of them. Never throws. */
  async predicted(keys: readonly PredictionKey[]): Promise<void> {
    const { pool, clock, logger } = this.#options;
    const now = clock.now();
    const sample = sampleOf(keys);
    try {
      const { rows } = await pool.query<{ model: string; made: number | null }>(SAMPLED_PREDICTIONS, [
        JSON.stringify(sample),
      ]);
      for (const { model, made } of rows)
        if (made !== null) this.#served.observe({ model }, Math.max(0, now / 1000 - made));
    } catch (error) {
      logger.warn({ err: error }, 'the way of predictions could not be measured');
    }
  }
}

/** Some of them, from the first to the last. */
function sampleOf<Key>(keys: readonly Key[]): readonly Key[] {
  const step = Math.max(1, Math.floor(keys.length / SAMPLE));
  return keys.filter((_, index) => index % step === 0).slice(0, SAMPLE);
}
