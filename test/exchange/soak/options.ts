import type { FeedMemory } from '../../../connectors/exchanges/feed/memory.ts';
import type { FileLanding } from '../../../connectors/fileLanding.ts';
import type { Clock } from '../../../engine/clock.ts';
import type { Dialect } from '../dialect.ts';
import type { SimulatedExchange } from '../simulatedExchange.ts';
import type { Stored } from './account.ts';

/** The database of a soak, through all lives of the feed. */
export interface SoakStore {
  /** What the next life writes to and reads from. */
  open(): StoreOfLife;
  stored(): Promise<Stored>;
}

export interface StoreOfLife {
  readonly landing: FileLanding;
  readonly memory: FeedMemory;
  close(): Promise<void>;
}

/** What a feed is given for one life. */
export interface FeedLife {
  readonly exchange: SimulatedExchange;
  readonly landing: FileLanding;
  readonly memory: FeedMemory;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** To be told in the end how many trades came that were stored already. */
  ignored(duplicates: number): void;
}

export interface SoakOptions {
  readonly dialect: Dialect;
  readonly seed: number;
  /** How long things go wrong, in minutes of the exchange. */
  readonly minutes: number;
  /** How many times faster than the machine's clock all of it runs. */
  readonly factor: number;
  readonly store: SoakStore;
  /** Runs the feed under test until the signal aborts. */
  readonly feed: (life: FeedLife) => Promise<void>;
}

export interface SoakResult {
  /** Differences from the ledger, as sentences. */
  readonly wrong: readonly string[];
  /** Figures on one line, for people. */
  readonly summary: string;
  readonly schedule: string;
}
