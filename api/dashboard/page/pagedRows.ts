import { seconds } from './records.ts';
import type { Page } from './rest.ts';
import type { OfWindow, WindowRows } from './windowRows.ts';

export interface PagedRowsOptions<T extends OfWindow> {
  /** Asks for a page, newest first: the newest, or the one that a cursor names. @throws RestError */
  readonly ask: (cursor: string | null) => Promise<Page<T>>;
  /** Where rows are kept. */
  readonly kept: WindowRows<T>;
  /** Which of them are kept; all when left out. */
  readonly only?: (rows: readonly T[]) => readonly T[];
  /** Called when rows were added. */
  readonly changed: () => void;
  /** Rows at most. */
  readonly most: number;
}

/** Rows that come page by page as somebody goes back in time. */
export class PagedRows<T extends OfWindow> {
  readonly #options: PagedRowsOptions<T>;
  /** Of the page before the oldest that is there; null when there is none. */
  #next: string | null = null;
  /** Epoch seconds of the oldest moment that was asked about. */
  #from = Number.POSITIVE_INFINITY;
  #wanted = Number.POSITIVE_INFINITY;
  #busy = false;

  constructor(options: PagedRowsOptions<T>) {
    this.#options = options;
  }

  /** Whether there is more, and no room for it. */
  get full(): boolean {
    return this.#next !== null && this.#options.kept.size >= this.#options.most;
  }

  /** Asks for the newest page. Older ones stay, unless there would be a hole between them and it. @throws RestError */
  async renew(): Promise<void> {
    const { ask, kept, only = all, changed } = this.#options;
    const newestBefore = kept.newest;
    const { data, next_cursor } = await ask(null);
    const from = seconds(data.at(-1)?.window_start ?? '');
    const adjoins = kept.size > 0 && !(from > newestBefore);
    if (!adjoins) {
      kept.clear();
      this.#next = next_cursor;
      this.#from = from;
    }
    kept.put(only(data));
    changed();
  }

  /** To be told which moment has come into view, in epoch seconds: asks for pages until it is covered. */
  reach(time: number): void {
    this.#wanted = time;
    if (this.#busy) return;
    this.#busy = true;
    void this.#fetch()
      // It is asked for again at the next scroll.
      .catch(() => undefined)
      .finally(() => {
        this.#busy = false;
      });
  }

  async #fetch(): Promise<void> {
    const { ask, kept, only = all, changed } = this.#options;
    while (this.#next !== null && !this.full && this.#wanted < this.#from) {
      const cursor = this.#next;
      const { data, next_cursor } = await ask(cursor);
      // What was there meanwhile begun anew goes on by itself.
      if (this.#next !== cursor) continue;
      kept.put(only(data).filter(({ window_start }) => kept.at(seconds(window_start)) === undefined));
      this.#next = next_cursor;
      this.#from = Math.min(this.#from, seconds(data.at(-1)?.window_start ?? ''));
      changed();
    }
  }
}

function all<T>(rows: readonly T[]): readonly T[] {
  return rows;
}
