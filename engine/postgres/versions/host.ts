import type { ClientBase } from 'pg';
import type { Layout } from '../deploy/plan.ts';
import type { Around, Refresh } from '../refresher.ts';

/** The engine, as far as versions work through it: it alone writes views. */
export interface EngineHost {
  readonly url: string;
  layout(): Layout;
  /** Bytes that are free on the disk of the database; null where that is not known. */
  readonly freeBytes: () => Promise<number | null>;
  /** A refresh with none beside it, and work in its transaction. */
  refreshAround(around: Around): Promise<Refresh>;
  /** Brings everything up to date and goes over to another layout, in one transaction with the work. */
  relayout(to: Layout, work: (client: ClientBase) => Promise<void>): Promise<void>;
}
