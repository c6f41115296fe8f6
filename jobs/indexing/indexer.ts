import type { Client } from '@elastic/elasticsearch';
import type { Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { type Hold, tryHold } from '../../engine/database/hold.ts';
import { said } from '../models/errors.ts';
import type { PresentSource } from './columns.ts';
import { asIndexError } from './failure.ts';
import type { SpanWork } from './indexSpan.ts';
import { Indices } from './indices.ts';
import { KnownDocuments } from './known.ts';
import { type PassResult, passOver } from './pass.ts';
import { IndexProgress } from './progress.ts';
import { SOURCES, type Source, spanOf } from './source.ts';
import { presentSources } from './tables.ts';

export interface IndexerOptions {
  /** Connections as the owner of the database; two are enough, one of them keeps the lock. */
  readonly pool: Pool;
  readonly client: Client;
  /** Where that is, for messages; without password. */
  readonly url: string;
  readonly clock: Clock;
  readonly retentionDays: number;
  readonly sources?: readonly Source[];
}

/** How far back each look goes, in spans, and how often, in milliseconds. The first one is everything. */
const LOOKS = [
  { every: 3_600_000, spans: null },
  { every: 60_000, spans: 48 },
  { every: 0, spans: 2 },
] as const;

/** What the one who indexes holds. */
const NAME = 'tickwave indexing';

/** What one pass over all sources did. */
export interface IndexCounts {
  readonly written: number;
  readonly deleted: number;
  readonly rejected: number;
}

interface Looked {
  readonly at: (number | null)[];
  newest: number | null;
}

/** Keeps the monitoring index equal to the tables. One at a time in a database; what it has done is in `index_progress`. */
export class Indexer {
  readonly #options: IndexerOptions;
  readonly #work: SpanWork;
  readonly #looked = new Map<string, Looked>();
  #prepared = new Map<string, PresentSource>();
  #version = 0;
  #hold: Hold | null = null;

  constructor(options: IndexerOptions) {
    this.#options = options;
    const { pool, client, clock, retentionDays } = options;
    this.#work = {
      ...{ pool, client, clock },
      indices: new Indices(client, retentionDays),
      known: new KnownDocuments(client),
      progress: new IndexProgress(pool),
    };
  }

  /**
   * Looks for what has changed and indexes it. What it throws leaves the rest for the next pass.
   *
   * @returns null when another process indexes
   */
  async pass(signal: AbortSignal): Promise<IndexCounts | null> {
    if (!(await this.#takeHold())) return null;
    const totals = { written: 0, deleted: 0, rejected: 0 };
    try {
      for (const source of await this.#sources()) {
        const { written, deleted, rejected } = await this.#passOver(source, signal);
        totals.written += written;
        totals.deleted += deleted;
        totals.rejected += rejected;
        if (signal.aborted) break;
      }
      return totals;
    } catch (error) {
      // It may have restarted, on other data even: everything is looked at anew.
      this.#prepared.clear();
      this.#looked.clear();
      this.#work.indices.forget();
      this.#work.known.forgetAll();
      throw asIndexError(error, this.#options.url);
    }
  }

  /** Lets another index. */
  async close(): Promise<void> {
    const held = this.#hold;
    this.#hold = null;
    await held?.release();
  }

  async #passOver(source: PresentSource, signal: AbortSignal): Promise<PassResult> {
    const now = this.#options.clock.now();
    const looked = this.#looked.get(source.name) ?? { at: LOOKS.map(() => null), newest: null };
    const due = LOOKS.findIndex(({ every }, index) => now >= (looked.at[index] ?? -Infinity) + every);
    const from = since(source, looked.newest, LOOKS[due]?.spans ?? null);
    const look = { from, thorough: due === 0 };
    const result = await passOver(this.#work, source, look, () => this.#nextVersion(), signal);
    if (signal.aborted) return result;
    // A far look has done the near ones too.
    for (let index = due; index < LOOKS.length; index++) looked.at[index] = now;
    this.#looked.set(source.name, { ...looked, newest: result.newest ?? looked.newest });
    return result;
  }

  async #sources(): Promise<readonly PresentSource[]> {
    const present = await presentSources(this.#options.pool, this.#options.sources ?? SOURCES);
    for (const source of present) {
      const mapping = JSON.stringify(source.columns);
      if (JSON.stringify(this.#prepared.get(source.name)?.columns) === mapping) continue;
      await this.#work.indices.prepare(source);
      this.#looked.delete(source.name);
      this.#prepared.set(source.name, source);
    }
    return present;
  }

  /** The clock's, for it goes on through restarts; and always more than before. */
  #nextVersion(): number {
    this.#version = Math.max(this.#options.clock.now(), this.#version + 1);
    return this.#version;
  }

  async #takeHold(): Promise<boolean> {
    if (this.#hold?.lost.aborted === true) await this.close().catch(() => undefined);
    if (this.#hold !== null) return true;
    const { pool, clock } = this.#options;
    try {
      this.#hold = await tryHold(pool, NAME, clock);
    } catch (error) {
      throw new Error(`the database does not answer: ${said(error)}`, { cause: error });
    }
    return this.#hold !== null;
  }
}

/** Where a look of so many spans begins; at 0 as long as nobody knows how far the source goes. */
function since(source: Source, newest: number | null, spans: number | null): number {
  const length = spanOf(source);
  if (newest === null || spans === null || length === null) return 0;
  return (Math.floor(newest / length) - (spans - 1)) * length;
}
