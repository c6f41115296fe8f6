import type { Clock } from '../clock.ts';
import type { ViewChanges } from '../postgres/feed.ts';
import { connect } from './connection.ts';
import { type Since, SubscriptionCursor } from './cursor.ts';

export interface FollowerOptions {
  readonly url: string;
  readonly relation: string;
  readonly key: readonly string[];
  readonly clock: Clock;
  readonly deliver: (changes: ViewChanges) => Promise<void>;
  /** Told of trouble that is mended by connecting again. */
  readonly report: (error: Error) => void;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Follows one view or table until it is stopped, over a connection of its own. A lost connection is opened again, with longer and
 * longer pauses, and goes on after the last moment that was delivered whole: each change is told at least once, and what comes
 * twice has the same key. Where RisingWave no longer keeps what was missed, `truncated` says so.
 */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  #since: Since = 'now';
  #pause = FIRST_PAUSE_MS;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#ended = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { clock, report } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#follow();
      } catch (error) {
        if (!signal.aborted) report(error instanceof Error ? error : new Error(String(error)));
      }
      if (!(await clock.sleep(this.#pause, signal))) return;
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
    }
  }

  async #follow(): Promise<void> {
    const { url, relation, key, clock, deliver } = this.#options;
    const { signal } = this.#stopping;
    const client = await connect(url, `tickwave follows ${relation}`);
    const close = (): void => void client.end().catch(() => {});
    signal.addEventListener('abort', close, { once: true });
    try {
      const cursor = new SubscriptionCursor(client, relation, key);
      // Changes before the cursor was there were told to nobody: followers read everything once.
      const resumed = this.#since !== 'now' && (await cursor.declare(this.#since));
      if (!resumed) {
        await cursor.declare('now');
        await deliver({ refresh: clock.now(), view: relation, changes: [], truncated: true });
      }
      while (!signal.aborted) {
        for (const { at, changes } of await cursor.next()) {
          await deliver({ refresh: Number(at), view: relation, changes });
          this.#since = { after: at };
        }
        this.#pause = FIRST_PAUSE_MS;
      }
    } finally {
      signal.removeEventListener('abort', close);
      await client.end().catch(() => {});
    }
  }
}
