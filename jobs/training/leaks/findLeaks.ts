import type { ClientBase } from 'pg';
import { BadParameter } from '../../models/errors.ts';
import { NoTrainingRows } from '../errors.ts';
import { randomStream } from '../random.ts';
import { compareView, type Differing } from './compare.ts';
import type { Recomputation } from './recomputation.ts';
import { type ChangedRow, Scratch } from './scratch.ts';
import { type Watched, watchedOf } from './watched.ts';

/** A search for leaks. */
export interface LeakOptions {
  /** A session of the owner, without an open transaction; what it makes is rolled back. */
  readonly client: ClientBase;
  readonly recomputation: Recomputation;
  readonly seed: number;
  /** Moments at which the future is cut off. */
  readonly cuts: number;
  /** More rows in a landing table are refused. */
  readonly mostRows: number;
}

/**
 * How a row was found to know what it should not: `stored` is not what its query gives; `cut` changes when the future is cut off;
 * `changed` when one row of the future is changed.
 */
export type LeakKind = 'stored' | 'cut' | 'changed';

/** Rows of a view that knew the future. */
export interface Leak extends Differing {
  readonly kind: LeakKind;
  readonly view: string;
  /** The moment after which the future began, ISO 8601 in UTC; null for `stored`. */
  readonly cut: string | null;
  /** The row that was changed; null for others. */
  readonly changed: ChangedRow | null;
}

/** What was looked at, and what was found. */
export interface LeakReport {
  readonly seed: number;
  readonly cuts: readonly string[];
  readonly changed: readonly ChangedRow[];
  readonly views: readonly string[];
  /** Rows compared, over all views and ways. */
  readonly compared: number;
  readonly leaks: readonly Leak[];
}

/** The engine sums doubles in another order than a query from nothing does; elsewhere bits are compared. */
const STORED_TOLERANCE = 1e-9;

/**
 * Looks for rows that know the future, in every view that `training_set` comes from. A row whose window is over must be the
 * same whether computed from all rows or from those known at the cut, and must not move when a row of the future does; and what
 * is stored must be what is computed. Reads on one snapshot and leaves nothing behind; takes as long as building all views
 * twice a cut.
 *
 * @throws NoTrainingRows when there is no history to cut; TrainingLimit, BadParameter
 */
export async function findLeaks(options: LeakOptions): Promise<LeakReport> {
  const { client, cuts } = options;
  if (!Number.isInteger(cuts) || cuts < 1 || cuts > 100)
    throw new BadParameter(`${cuts} cuts are asked for;`, 'ask for 1 to 100.');
  await client.query('begin isolation level repeatable read');
  try {
    return await new LeakSearch(options, await watchedOf(client)).run();
  } finally {
    await client.query('rollback');
  }
}

class LeakSearch {
  readonly #options: LeakOptions;
  readonly #watched: Watched;
  readonly #scratch: Scratch;
  readonly #random: () => number;
  readonly #leaks: Leak[] = [];
  readonly #changed: ChangedRow[] = [];
  #compared = 0;

  constructor(options: LeakOptions, watched: Watched) {
    this.#options = options;
    this.#watched = watched;
    this.#scratch = new Scratch(options.client, options.recomputation, watched);
    this.#random = randomStream(options.seed, 'leaks');
  }

  async run(): Promise<LeakReport> {
    const { seed, cuts: count, mostRows } = this.#options;
    await this.#scratch.checkSize(mostRows);
    await this.#scratch.land('leaks_whole', null);
    await this.#scratch.compute('leaks_whole');
    await this.#compare('stored', 'public', 'leaks_whole', null, null);
    const cuts: string[] = [];
    for (let done = 0; done < count; done++) {
      const cut = await this.#moment();
      cuts.push(cut);
      await this.#cutOff(cut);
      await this.#change(cut);
    }
    const views = this.#watched.compared.map(({ name }) => name);
    return { seed, cuts, changed: this.#changed, views, compared: this.#compared, leaks: this.#leaks };
  }

  /** A moment in the later half of what features are complete of, not only on whole minutes. */
  async #moment(): Promise<string> {
    const { rows } = await this.#options.client.query<{ first: Date | null; last: Date | null }>(
      'select min(window_start) as first, max(window_start) as last from leaks_whole.training_set',
    );
    const { first = null, last = null } = rows[0] ?? {};
    if (first === null || last === null)
      throw new NoTrainingRows(
        'training_set is empty;',
        'about 22 hours of history are needed to look for leaks.',
      );
    const middle = (first.getTime() + last.getTime()) / 2;
    return new Date(Math.floor(middle + this.#random() * (last.getTime() - middle))).toISOString();
  }

  async #cutOff(cut: string): Promise<void> {
    await this.#scratch.land('leaks_cut', cut);
    await this.#scratch.compute('leaks_cut');
    await this.#compare('cut', 'leaks_whole', 'leaks_cut', cut, null);
    await this.#scratch.drop('leaks_cut');
  }

  async #change(cut: string): Promise<void> {
    await this.#scratch.land('leaks_changed', null);
    const changed = await this.#scratch.changeOneAfter('leaks_changed', cut, this.#random);
    if (changed !== null) {
      this.#changed.push(changed);
      await this.#scratch.compute('leaks_changed');
      await this.#compare('changed', 'leaks_whole', 'leaks_changed', cut, changed);
    }
    await this.#scratch.drop('leaks_changed');
  }

  async #compare(
    kind: LeakKind,
    left: string,
    right: string,
    cut: string | null,
    changed: ChangedRow | null,
  ): Promise<void> {
    for (const view of this.#watched.compared) {
      const tolerance = kind === 'stored' ? STORED_TOLERANCE : 0;
      const found = await compareView(this.#options.client, view, { left, right }, cut, tolerance);
      this.#compared += found.compared;
      if (found.differing > 0) this.#leaks.push({ kind, view: view.name, cut, changed, ...found });
    }
  }
}
