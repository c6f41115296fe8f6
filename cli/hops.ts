import type { HopMetrics, PredictionKey, TradeKey } from '../api/metrics/hopMetrics.ts';
import type { ViewKeeper } from '../engine/keeper.ts';
import type { EngineHolder } from './changes.ts';

/** Tells the metrics of each refresh and, when they want some, of trades; returns the function that ends it. */
export function followHops(holder: EngineHolder, metrics: HopMetrics): () => void {
  let end = (): void => {};
  const endHolder = holder.onEngine((engine) => {
    end();
    end = followEngine(engine, metrics);
  });
  return () => {
    endHolder();
    end();
  };
}

function followEngine(engine: ViewKeeper, metrics: HopMetrics): () => void {
  let keys: TradeKey[] = [];
  // Trades are followed only until some have come: following them costs each refresh.
  let unfollow: (() => void) | null = null;
  const follow = (): (() => void) =>
    engine.subscribe('trades', ({ changes }) => {
      for (const { key } of changes)
        keys.push({
          exchange: String(key.exchange),
          symbol: String(key.symbol),
          trade_id: String(key.trade_id),
        });
    });
  let predictions: PredictionKey[] = [];
  const endPredictions = engine.subscribe('predictions', ({ changes }) => {
    for (const { key } of changes)
      predictions.push({
        exchange: String(key.exchange),
        symbol: String(key.symbol),
        window_start: timeOf(key.window_start),
        horizon_minutes: Number(key.horizon_minutes),
        model: String(key.model),
        version: Number(key.version),
      });
  });
  const endRefreshes = engine.onRefresh(({ views, seconds }) => {
    const waitedMs = engine.status().bringingMs;
    if (views.length > 0) metrics.refreshed({ seconds, waitedMs });
    if (predictions.length > 0) void metrics.predicted(predictions);
    predictions = [];
    if (keys.length > 0) {
      unfollow?.();
      unfollow = null;
      void metrics.arrived(keys, waitedMs);
      keys = [];
    } else if (unfollow === null && metrics.wantsTrades()) unfollow = follow();
  });
  return () => {
    endRefreshes();
    endPredictions();
    unfollow?.();
  };
}

function timeOf(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}
