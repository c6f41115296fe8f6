import type { Catalog } from './catalog/catalog.ts';
import type { Subscriber } from './postgres/feed.ts';
import type { LoopStatus } from './postgres/loop.ts';
import type { Refresh } from './postgres/refresher.ts';

/** Whoever tells what changed in the views of `sql/`. */
export interface ChangeTeller {
  readonly catalog: Catalog;
  /** Follows the changes of a view or landing table; returns the function that ends it. */
  subscribe(view: string, subscriber: Subscriber): () => void;
  /** Told after changes were delivered to subscribers; returns the function that ends it. */
  onRefresh(listener: (refresh: Refresh) => void): () => void;
  /** Told when other versions of views take their names; returns the function that ends it. Not where names are switched from outside. */
  onLayout?(listener: () => void): () => void;
}

/** Whoever keeps the views of `sql/` up to date and tells what changed: Tickwave's own engine on PostgreSQL, or RisingWave. */
export interface ViewKeeper extends ChangeTeller {
  /** Resolves when what was written before is in every view. */
  refresh(): Promise<Refresh>;
  start(): Promise<void>;
  /** Resolves with the reason when it has ended: an error, or null after `stop`. */
  readonly ended: Promise<Error | null>;
  status(): LoopStatus;
  stop(): Promise<void>;
}
