import pg from 'pg';
import type { Clock } from '../clock.ts';
import type { Layout } from './deploy/plan.ts';
import { CHANGES_CHANNEL, FOLLOW_CHANNEL } from './notify.ts';
import type { Refresh } from './refresher.ts';

/** What the loop is doing, for people and for readiness. */
export interface LoopStatus {
  readonly running: boolean;
  /** Milliseconds for which something written has been waiting; 0 when all is done. */
  readonly lagMs: number;
  /** Milliseconds since the oldest write that the refresh under way brings in; null when there is none. */
  readonly bringingMs: number | null;
  readonly refreshes: number;
  readonly lastRefresh: Refresh | null;
  /** Mean of recent refreshes, in milliseconds. */
  readonly meanMs: number;
  readonly lastError: string | null;
}

export interface LoopOptions {
  readonly url: string;
  readonly layout: () => Layout;
  readonly clock: Clock;
  readonly refresh: (due: readonly string[]) => Promise<Refresh>;
  /** Told the name of a relation whose changes another process wants to hear of. */
  readonly follow: (relation: string) => void;
  /** Housekeeping between refreshes. */
  readonly clean: () => Promise<void>;
}

/** Shortest pause between refreshes: writers get the processor, and small writes share a refresh. */
const BATCH_MS = 5;
/** Part of a refresh's duration that is left to writers before the next: under load batches grow instead of a backlog. */
const REST = 0.1;
/** Between refreshes with nothing noticed: catches what a lost notification would hide. */
const IDLE_MS = 1000;
/** Refreshes after which dead rows of working tables are removed. */
const CLEAN_EVERY = 500;

/** Refreshes when writers say so, in batches that adapt to the load. */
export class RefreshLoop {
  readonly #options: LoopOptions;
  readonly #stopping = new AbortController();
  #wake: (() => void) | null = null;
  #dirtySince: number | null = null;
  #bringingSince: number | null = null;
  #listener: pg.Client | null = null;
  #running: Promise<void> | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #finish: (reason: Error | null) => void = () => {};
  readonly ended: Promise<Error | null>;
  readonly #lastDue = new Map<string, number>();
  #refreshes = 0;
  #last: Refresh | null = null;
  #meanMs = 0;
  #lastError: string | null = null;

  constructor(options: LoopOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  /** Runs work on the refresher's connection with no refresh beside it. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#queue.then(work, work);
    this.#queue = next.catch(() => {});
    return next;
  }

  report(error: Error): void {
    this.#lastError = `${error.message}${error.cause instanceof Error ? `: ${error.cause.message}` : ''}`;
  }

  async start(): Promise<void> {
    const listener = new pg.Client({
      connectionString: this.#options.url,
      application_name: 'tickwave listener',
    });
    listener.on('error', () => this.#notice());
    listener.on('notification', ({ channel, payload = '' }) => {
      if (channel === FOLLOW_CHANNEL) this.#options.follow(payload);
      this.#notice();
    });
    await listener.connect();
    await listener.query(`listen tickwave_dirty; listen ${FOLLOW_CHANNEL}`);
    // Who follows from outside says so again: what they told the engine before went with it.
    await listener.query(
      `select pg_notify('${CHANGES_CHANNEL}', jsonb_build_object('refresh', sequence, 'views', '{}'::jsonb, 'any', true)::text) from engine.refreshes`,
    );
    this.#listener = listener;
    this.#notice();
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake?.();
    await this.#running;
    await this.#queue;
    await this.#listener?.end().catch(() => {});
    this.#finish(null);
  }

  status(): LoopStatus {
    const now = this.#options.clock.now();
    return {
      running: this.#running !== null && !this.#stopping.signal.aborted,
      lagMs: this.#dirtySince === null ? 0 : Math.max(0, now - this.#dirtySince),
      bringingMs: this.#bringingSince === null ? null : Math.max(0, now - this.#bringingSince),
      refreshes: this.#refreshes,
      lastRefresh: this.#last,
      meanMs: this.#meanMs,
      lastError: this.#lastError,
    };
  }

  #notice(): void {
    this.#dirtySince ??= this.#options.clock.now();
    this.#wake?.();
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    try {
      while (!this.#stopping.signal.aborted) {
        await this.#untilDirty();
        if (this.#stopping.signal.aborted) break;
        this.#bringingSince = this.#dirtySince;
        this.#dirtySince = null;
        const refresh = await this.exclusively(() => this.#options.refresh(this.#due(clock.now())));
        this.#bringingSince = null;
        this.#note(refresh);
        if (this.#refreshes % CLEAN_EVERY === 0) await this.exclusively(() => this.#options.clean());
        await clock.sleep(BATCH_MS + refresh.seconds * 1000 * REST, this.#stopping.signal);
      }
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      this.report(reason);
      this.#finish(reason);
    }
  }

  async #untilDirty(): Promise<void> {
    if (this.#dirtySince !== null) return;
    const waiting = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const quiet = new AbortController();
    await Promise.race([
      waiting,
      this.#options.clock.sleep(this.#idleMs(), AbortSignal.any([quiet.signal, this.#stopping.signal])),
    ]);
    quiet.abort();
    this.#wake = null;
  }

  #idleMs(): number {
    const fresh = this.#options.layout().views.flatMap((view) => view.header.freshnessMs ?? []);
    return Math.min(IDLE_MS, ...fresh);
  }

  /** Views whose freshness has run out: one a refresh, so that they do not all come at once, and any that is twice overdue. */
  #due(now: number): string[] {
    const waiting = this.#options
      .layout()
      .views.flatMap((view) =>
        view.header.freshnessMs === null
          ? []
          : [
              {
                name: view.name,
                over: (now - (this.#lastDue.get(view.name) ?? 0)) / view.header.freshnessMs,
              },
            ],
      )
      .filter((view) => view.over >= 1)
      .sort((a, b) => b.over - a.over);
    const due = waiting.filter((view, index) => index === 0 || view.over >= 2).map((view) => view.name);
    for (const name of due) this.#lastDue.set(name, now);
    return due;
  }

  #note(refresh: Refresh): void {
    this.#refreshes++;
    this.#meanMs = this.#meanMs === 0 ? refresh.seconds * 1000 : this.#meanMs * 0.9 + refresh.seconds * 100;
    if (refresh.views.length > 0) this.#last = refresh;
  }
}
