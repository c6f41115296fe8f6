import type { HopMetrics, TradeKey } from '../api/metrics/hopMetrics.ts';
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
  const endRefreshes = engine.onRefresh(({ views, seconds }) => {
    if (views.length > 0) metrics.refreshed({ seconds, waitedMs: engine.status().bringingMs });
    if (keys.length > 0) {
      unfollow?.();
      unfollow = null;
      void metrics.arrived(keys);
      keys = [];
    } else if (unfollow === null && metrics.wantsTrades()) unfollow = follow();
  });
  return () => {
    endRefreshes();
    unfollow?.();
  };
}
