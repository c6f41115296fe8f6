import type { Client } from '@elastic/elasticsearch';
import type { Logger } from 'pino';
import type { Clock } from '../context.ts';
import { ElasticsearchStore } from './elasticsearchStore.ts';
import { kindOf } from './kind.ts';
import type { MonitoringStore, Selection, StoreName } from './store.ts';

/** An index that monitoring may be read from. */
export interface MonitoringIndex {
  readonly client: Client;
  /** What is older was deleted from it. */
  readonly retentionDays: number;
  /** Whether it has what the tables have, but for the last seconds; asked for each request. */
  readonly complete: () => boolean;
}

/** What came of a request, and who answered it. */
export interface Answered<T> {
  readonly store: StoreName;
  readonly value: T;
}

/** After a failure the index is left alone for this long, in milliseconds. */
const REST_MS = 5_000;
const DAY = 86_400_000;

/**
 * Asks the index where it can answer, and the tables otherwise: when it is away, still being filled, or asked for what it
 * has deleted. The tables have everything, so a monitoring index that is down takes no monitoring with it.
 */
export class ChosenStore {
  readonly #index: MonitoringIndex | null;
  readonly #elasticsearch: MonitoringStore | null;
  readonly #clock: Clock;
  #restsUntil = 0;

  constructor(index: MonitoringIndex | null, clock: Clock) {
    this.#index = index;
    this.#elasticsearch = index === null ? null : new ElasticsearchStore(index.client);
    this.#clock = clock;
  }

  async ask<T>(
    tables: MonitoringStore,
    selection: Selection,
    logger: Logger,
    work: (store: MonitoringStore) => Promise<T>,
  ): Promise<Answered<T>> {
    const store = this.#elasticsearch;
    if (store !== null && this.#canAnswer(selection)) {
      try {
        return { store: store.name, value: await work(store) };
      } catch (error) {
        this.#restsUntil = this.#clock.now() + REST_MS;
        logger.warn({ cause: String(error) }, 'the monitoring index does not answer; the tables do');
      }
    }
    return { store: tables.name, value: await work(tables) };
  }

  #canAnswer({ kind, from }: Selection): boolean {
    const now = this.#clock.now();
    if (this.#index === null || now < this.#restsUntil || !this.#index.complete()) return false;
    const oldest = now - this.#index.retentionDays * DAY;
    return kindOf(kind).kept || (from !== undefined && Date.parse(from) >= oldest);
  }
}
