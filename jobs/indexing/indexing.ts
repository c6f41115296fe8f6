import { said } from '../models/errors.ts';
import { IndexOutrun } from './errors.ts';
import { Indexer, type IndexerOptions } from './indexer.ts';

export interface IndexingOptions extends IndexerOptions {
  /** Pause between two looks, in milliseconds; default 5 s. */
  readonly pollMs?: number;
  /** Told in words: Elasticsearch that is away, or there again, documents that it refuses. */
  readonly say: (sentence: string) => void;
}

/** How indexing stands. Plain data. */
export interface IndexingStatus {
  /** `waiting`: another process indexes this database. */
  readonly state: 'starting' | 'indexing' | 'waiting' | 'failing' | 'stopped';
  /** Documents since the start. */
  readonly written: number;
  readonly deleted: number;
  readonly rejected: number;
  /** When the index was last known to equal the tables, in milliseconds since the Unix epoch; null when never. */
  readonly completeAt: number | null;
  /** Why the last pass failed; null when it did not. */
  readonly failure: string | null;
}

/** Indexing that runs until it is told to stop. */
export interface Indexing {
  /** Indexes until the signal; what fails is said and tried again. Resolves once nothing is under way. */
  run(signal: AbortSignal): Promise<void>;
  status(): IndexingStatus;
}

const POLL_MS = 5_000;
/** Pauses after failures in a row double from the first up to the longest, in milliseconds. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 30_000;

/**
 * Keeps the monitoring index up to date. The tables are what is true: what could not be indexed now is indexed later.
 *
 * @example
 * const indexing = startIndexing({ pool, client, url, clock, retentionDays: 90, say: console.warn });
 * await indexing.run(signal);
 */
export function startIndexing(options: IndexingOptions): Indexing {
  const { clock, say, pollMs = POLL_MS } = options;
  const indexer = new Indexer(options);
  let status: IndexingStatus = {
    ...{ state: 'starting', completeAt: null, failure: null },
    ...{ written: 0, deleted: 0, rejected: 0 },
  };
  /** Resolves to whether it went well. */
  const attempt = async (signal: AbortSignal): Promise<boolean> => {
    const begun = clock.now();
    try {
      const done = await indexer.pass(signal);
      if (status.failure !== null) say('the monitoring index is written again');
      if (done === null) status = { ...status, state: 'waiting', failure: null };
      else {
        if (done.rejected > 0)
          say(`the monitoring index refused ${done.rejected} documents: see dead_letters`);
        status = {
          ...{ state: 'indexing', failure: null, completeAt: signal.aborted ? status.completeAt : begun },
          written: status.written + done.written,
          deleted: status.deleted + done.deleted,
          rejected: status.rejected + done.rejected,
        };
      }
      return true;
    } catch (error) {
      const failure = said(error);
      const expected = signal.aborted || error instanceof IndexOutrun;
      if (!expected && failure !== status.failure) say(`the monitoring index is not written: ${failure}`);
      if (!expected) status = { ...status, state: 'failing', failure };
      return false;
    }
  };
  return {
    status: () => status,
    run: async (signal) => {
      try {
        for (let failures = 0; !signal.aborted; ) {
          failures = (await attempt(signal)) ? 0 : failures + 1;
          const pause = failures === 0 ? pollMs : Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1));
          await clock.sleep(pause, signal);
        }
      } finally {
        await indexer.close().catch(() => undefined);
        status = { ...status, state: 'stopped' };
      }
    },
  };
}
