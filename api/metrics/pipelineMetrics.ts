import { Counter, Gauge, type Registry } from 'prom-client';
import type { EngineStatus } from '../context.ts';
import type { FeedsReport } from '../schemas/feeds.ts';

/** Where the figures come from. */
export interface PipelineSources {
  readonly status: () => Promise<EngineStatus>;
  readonly feeds: () => FeedsReport;
}

const STATES = ['connecting', 'backfilling', 'live', 'rejected', 'halted', 'stopped'] as const;
const MARKET = ['exchange', 'symbol'] as const;

/** Shows how far views are behind and how each market's feed is, as it is when somebody looks. */
export function pipelineMetrics(registry: Registry, { status, feeds }: PipelineSources): void {
  const registers = [registry];
  new Gauge({
    name: 'tickwave_refresh_lag_seconds',
    help: 'How far the views are behind what was written; 0 when nothing waits',
    registers,
    async collect() {
      this.set(((await status()).refreshLagMs ?? 0) / 1000);
    },
  });
  new Gauge({
    name: 'tickwave_engine_up',
    help: '1 while the engine keeps the views up to date',
    registers,
    async collect() {
      this.set((await status()).state === 'running' ? 1 : 0);
    },
  });
  new Gauge({
    name: 'tickwave_feed_state',
    help: '1 for the state that the feed of a market is in, 0 for the others',
    labelNames: [...MARKET, 'state'],
    registers,
    collect() {
      this.reset();
      for (const { exchange, symbol, state } of feeds().markets)
        for (const one of STATES) this.set({ exchange, symbol, state: one }, one === state ? 1 : 0);
    },
  });
  new Gauge({
    name: 'tickwave_feed_open_gaps',
    help: 'Holes in the trade ids of a market that are being repaired',
    labelNames: MARKET,
    registers,
    collect() {
      this.reset();
      for (const { exchange, symbol, open_gaps } of feeds().markets)
        this.set({ exchange, symbol }, open_gaps);
    },
  });
  new Gauge({
    name: 'tickwave_feed_last_trade_timestamp_seconds',
    help: 'Exchange time of the last trade of a market',
    labelNames: MARKET,
    registers,
    collect() {
      this.reset();
      for (const { exchange, symbol, last_trade_at } of feeds().markets)
        if (last_trade_at !== null) this.set({ exchange, symbol }, Date.parse(last_trade_at) / 1000);
    },
  });
  const counted = [
    ['landed_trades', 'Trades of a market that were new', 'landed'],
    ['duplicate_trades', 'Trades of a market that were known already', 'duplicates'],
    ['repaired_trades', 'Trades of a market that were missing and have been fetched', 'repaired'],
  ] as const;
  for (const [name, help, field] of counted)
    new Counter({
      ...{
        name: `tickwave_feed_${name}_total`,
        help: `${help}, since the start`,
        labelNames: MARKET,
        registers,
      },
      collect() {
        this.reset();
        for (const market of feeds().markets)
          this.inc({ exchange: market.exchange, symbol: market.symbol }, market[field]);
      },
    });
}
