import type { ClientBase } from 'pg';
import type { Progress } from '../../versions/deployment.ts';
import { recordBuild } from '../deploy/deployed.ts';
import type { Layout } from '../deploy/plan.ts';
import { ASLEEP } from '../deploy/session.ts';
import { expectState, setProgress, setState } from './deployments.ts';
import type { EngineHost } from './host.ts';
import { needRoom } from './room.ts';
import { type Bounds, hasTodo, isSplit, readBounds, seed, unseed, writeTodo } from './seeds.ts';

/** What a part of a view should take at least: the running views are not refreshed meanwhile. */
const AIM_MS = 150;
/** Where what else is done in the refresh takes longer, a part may too: as many times that, or a build would be all refreshes. */
const AIM_OF_REFRESH = 1.5;
/** How much longer than the part before one may be, for rows may be denser than they were; a shorter one may be as short as it has to. */
const MOST_GROWTH = 4;
/** How dense rows are is not known yet. Much shorter, and slices of windows are so small that each row is computed on its own. */
const FIRST_SPAN_MS = 60 * 60_000;
/** A part that takes so many times as long for a row as the best of its view is shorter than is good for it. */
const WASTEFUL = 2;
const SHORTEST_SPAN_MS = 60_000;
const LONGEST_SPAN_MS = 10 * 366 * 86_400_000;

export const NOT_BEGUN: Progress = {
  built: [],
  cut: null,
  spanMs: FIRST_SPAN_MS,
  share: 0,
  rows: 0,
  seconds: 0,
};

/**
 * Fills the views of another version, inputs first and each from its newest rows back, a part at a time: each part is in the
 * transaction of a refresh. A view sleeps until its inputs are complete, so that no row is computed twice.
 */
export class Builder {
  readonly #host: EngineHost;
  readonly #client: ClientBase;
  readonly #id: number;
  readonly #costs = new Map<string, { rows: number; seconds: number }>();
  #progress: Progress;
  /** End of the part before, in milliseconds of `performance.now()`: what comes between is part of what a build takes. */
  #since = performance.now();
  /** The part of the view that took least for a row. */
  #best: { readonly spanMs: number; readonly rate: number } | null = null;
  #bounds: { readonly view: string; readonly bounds: Bounds } | null = null;

  /** @param client for what the engine's own session is not kept waiting with */
  constructor(host: EngineHost, client: ClientBase, id: number, progress: Progress | null) {
    this.#host = host;
    this.#client = client;
    this.#id = id;
    this.#progress = progress ?? NOT_BEGUN;
  }

  /** Builds the next part. @returns milliseconds it took, or null when that was the last one */
  async step(): Promise<number | null> {
    const layout = this.#host.layout();
    const left = viewsLeft(layout, this.#progress);
    const [view, ...asleep] = left;
    if (view !== undefined) await needRoom(this.#host.freeBytes);
    else {
      await this.#host.refreshAround({
        before: (client) => this.#begin(client, []),
        after: (client) => this.#finish(client),
      });
      return null;
    }
    const { oldest, newest } = await this.#boundsOf(view, asleep);
    const { cut, spanMs } = this.#progress;
    const end = cut === null ? newest : new Date(cut);
    const start = end === null || !isSplit(layout, view) ? null : new Date(end.getTime() - spanMs);
    const from = start === null || oldest === null || start <= oldest ? null : start;
    let next = this.#progress;
    let own = { rows: 0, ms: 0 };
    const refresh = await this.#host.refreshAround({
      before: async (client) => {
        await this.#begin(client, asleep);
        await seed(client, layout, view, from, cut === null ? null : end);
      },
      after: async (client, views) => {
        await unseed(client, view);
        const built = views.find((one) => one.view === view);
        own = { rows: built?.changed ?? 0, ms: (built?.seconds ?? 0) * 1000 };
        next = this.#after(view, left.length, from, own.rows);
        await setProgress(client, this.#id, next);
      },
    });
    const took = refresh.seconds * 1000;
    if (from === null) this.#best = null;
    this.#progress = { ...next, spanMs: from === null ? FIRST_SPAN_MS : this.#spanAfter(spanMs, took, own) };
    return took;
  }

  /** How far the part after one reaches back, by what its refresh took and how much of that was its own. */
  #spanAfter(spanMs: number, tookMs: number, own: { readonly rows: number; readonly ms: number }): number {
    const part = { spanMs, rate: own.ms / own.rows };
    if (own.rows > 0) {
      if (this.#best === null || part.rate < this.#best.rate) this.#best = part;
      if (part.rate > WASTEFUL * this.#best.rate && spanMs < this.#best.spanMs) return this.#best.spanMs;
    }
    const aim = Math.max(AIM_MS, AIM_OF_REFRESH * (tookMs - own.ms));
    const wanted = spanMs * Math.min(MOST_GROWTH, aim / Math.max(1, own.ms));
    return Math.round(Math.min(LONGEST_SPAN_MS, Math.max(SHORTEST_SPAN_MS, wanted)));
  }

  /** Wakes a view, writes down its partitions and looks how far back it goes. */
  async #boundsOf(view: string, asleep: readonly string[]): Promise<Bounds> {
    if (this.#bounds?.view === view) return this.#bounds.bounds;
    const layout = this.#host.layout();
    if (this.#progress.cut === null || !(await hasTodo(this.#client, view))) {
      this.#progress = { ...this.#progress, cut: null };
      await this.#host.refreshAround({ before: (client) => this.#begin(client, asleep) });
      await writeTodo(this.#client, layout, view);
    }
    const bounds = await readBounds(this.#client, layout, view);
    this.#bounds = { view, bounds };
    return bounds;
  }

  #after(view: string, left: number, from: Date | null, rows: number): Progress {
    const { built } = this.#progress;
    const now = performance.now();
    const seconds = (now - this.#since) / 1000;
    this.#since = now;
    const before = this.#costs.get(view) ?? { rows: 0, seconds: 0 };
    this.#costs.set(view, { rows: before.rows + rows, seconds: before.seconds + seconds });
    const own = from === null ? 1 : shareOf(from, this.#bounds?.bounds);
    return {
      built: from === null ? [...built, view] : built,
      cut: from?.toISOString() ?? null,
      spanMs: this.#progress.spanMs,
      share: (built.length + own) / (built.length + left),
      rows: this.#progress.rows + rows,
      seconds: this.#progress.seconds + seconds,
    };
  }

  /** What was given up meanwhile misses changes: nothing of it may wake. */
  async #begin(client: ClientBase, asleep: readonly string[]): Promise<void> {
    await expectState(client, this.#id, 'building');
    await sleep(client, asleep);
  }

  async #finish(client: ClientBase): Promise<void> {
    const { sides } = this.#host.layout();
    for (const [name, { rows, seconds }] of this.#costs)
      await recordBuild(client, sides.get(name)?.view ?? name, rows, seconds);
    // Whoever took a snapshot before this does not see all of it.
    await client.query('update engine.deployments set complete_since = pg_current_xact_id() where id = $1', [
      this.#id,
    ]);
    await setState(client, this.#id, 'built', 'engine');
  }
}

/** Views of another version that are not complete, inputs first. */
function viewsLeft(layout: Layout, { built }: Progress): string[] {
  return layout.views.flatMap(({ name }) => (layout.sides.has(name) && !built.includes(name) ? [name] : []));
}

/** Before the first refresh of an engine that comes upon a version half built: what was not begun stays asleep. */
export async function sleepAsBefore(client: ClientBase, layout: Layout, progress: Progress): Promise<void> {
  const left = viewsLeft(layout, progress);
  await sleep(client, progress.cut === null ? left : left.slice(1));
}

/** Leaves views out of refreshes until they are woken: nothing of them is built, so nothing can be missed. */
export async function sleep(client: ClientBase, views: readonly string[]): Promise<void> {
  await client.query(`select set_config('${ASLEEP}', $1, false)`, [
    views.map((view) => `,${view},`).join(''),
  ]);
}

function shareOf(from: Date, bounds: Bounds | undefined): number {
  const [oldest, newest] = [Number(bounds?.oldest), Number(bounds?.newest)];
  return newest <= oldest ? 1 : Math.min(0.999, Math.max(0, (newest - from.getTime()) / (newest - oldest)));
}
