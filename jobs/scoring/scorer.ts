import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Clock } from '../../engine/clock.ts';
import { columnsOf } from '../columns.ts';
import { said } from '../models/errors.ts';
import { type FeatureVersion, readFeatureStamp, readFeatureVersion } from '../registry/featureVersion.ts';
import { ownDue, type Partition } from './partition.ts';
import { type Limits, nextPiece, type Piece } from './plan.ts';
import { type Refusal, Roster, type RosterOptions, type Service, type ServingModel } from './roster.ts';
import { scorePiece } from './score.ts';
import { storePredictions } from './store.ts';
import { logScored } from './windowLog.ts';
import { type DueMarket, findDue, readWindows } from './windows.ts';

export interface ScorerOptions extends Omit<RosterOptions, 'clock'>, Limits {
  /** Connections as the owner of the database; two are enough. */
  readonly pool: Pool;
  readonly clock: Clock;
  /** Subscribes to changes of `watermarks`: the engine's change feed, or NOTIFY. Returns the function that ends it. */
  readonly onChange: (wake: () => void) => () => void;
  /** Looks by itself this often, for changes that nobody told. */
  readonly pollMs: number;
  /** Which markets it takes where several share the work, asked each time; default: all. */
  readonly partition?: () => Partition | null;
  /** Told in words: a model that is refused, a pass that failed, minutes that were left out. */
  readonly say: (sentence: string) => void;
  /** Told of each window; default: nobody is. */
  readonly logger?: Logger;
}

/** How scoring stands. Plain data. */
export interface ScorerStatus {
  /** Rows stored since the start. */
  readonly predictions: number;
  /** How many of them were late. */
  readonly late: number;
  /** Minutes that were too old to be caught up, over all markets and models. */
  readonly leftOut: number;
  /** Models that predict. */
  readonly serving: readonly { readonly name: string; readonly version: number; readonly alias: string }[];
  readonly refused: readonly Refusal[];
  /** Milliseconds from the close of the newest window to its row being handed to the database; null before the first. */
  readonly latencyMs: number | null;
  /** Why the last pass failed; null when it did not. */
  readonly failure: string | null;
}

/** Pauses after failures in a row double up to this, in milliseconds. */
const LONGEST_PAUSE = 5000;
/** A trade that was received longer before its refresh than this, in milliseconds, was not received by this clock, as in a copied history. */
const LONGEST_REFRESH = 60_000;

/**
 * Predicts each newly closed minute of each market with each model in service, exactly once. What it has done is in the
 * database, so any number may run, die and start again: what they store is the same.
 *
 * @example
 * const scorer = new Scorer({ pool, registry, algorithms, clock, onChange: (wake) => engine.subscribe('watermarks', wake),
 *   pollMs: 1000, catchUpMinutes: 1440, expiryMs: 14 * 86_400_000, say: console.warn });
 * await scorer.run(signal);
 */
export class Scorer {
  readonly #options: ScorerOptions;
  readonly #roster: Roster;
  readonly #counts = { predictions: 0, late: 0, leftOut: 0 };
  #service: Service = { models: [], refused: [] };
  /** What features mean to the models in service. */
  #meant: FeatureVersion = { stamp: undefined, columns: {} };
  #columns: ReadonlySet<string> = new Set();
  #latencyMs: number | null = null;
  #failure: string | null = null;
  #said = new Set<string>();
  /** When the oldest change was told that no pass has seen yet. */
  #toldAt: number | null = null;
  #waiting = new AbortController();

  constructor(options: ScorerOptions) {
    this.#options = options;
    this.#roster = new Roster(options);
  }

  status(): ScorerStatus {
    return {
      ...this.#counts,
      serving: this.#service.models.map(({ registered: { name, version, alias } }) => ({
        ...{ name, version },
        alias: alias ?? '',
      })),
      refused: this.#service.refused,
      latencyMs: this.#latencyMs,
      failure: this.#failure,
    };
  }

  /** Scores until the signal; what fails is said and tried again. Resolves once nothing is under way. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, onChange, pollMs } = this.#options;
    const unsubscribe = onChange(() => this.#wake());
    const stop = (): void => this.#waiting.abort();
    signal.addEventListener('abort', stop, { once: true });
    try {
      for (let failures = 0; !signal.aborted; ) {
        failures = (await this.#attempt(signal)) ? 0 : failures + 1;
        if (failures > 0) await clock.sleep(Math.min(LONGEST_PAUSE, 50 * 2 ** failures), signal);
        else if (this.#toldAt === null) await clock.sleep(pollMs, this.#waiting.signal);
        if (!signal.aborted) this.#waiting = new AbortController();
      }
    } finally {
      signal.removeEventListener('abort', stop);
      unsubscribe();
    }
  }

  /** Scores all that is due now. */
  async pass(signal?: AbortSignal): Promise<void> {
    const toldAt = this.#toldAt ?? this.#options.clock.now();
    this.#toldAt = null;
    const before = this.#service.models;
    // Who is in service seldom changes, so what is due for those of the last pass is asked for beside it.
    const [early] = await Promise.all([this.#due(before), this.#callRoster()]);
    let { models } = this.#service;
    let due = sameModels(before, models) ? early : await this.#due(models);
    while (signal?.aborted !== true) {
      const piece = nextPiece(due, models, this.#options);
      if (piece === null) return;
      if (!(await this.#score(piece, models, toldAt))) {
        // Another version of the views took their names: the models in service may not fit it.
        await this.#callRoster();
        models = this.#service.models;
      }
      due = await this.#due(models);
    }
  }

  async #callRoster(): Promise<void> {
    const { pool } = this.#options;
    const stamp = await readFeatureStamp(pool);
    const columns = new Set(await columnsOf(pool, 'features'));
    if (stamp !== this.#meant.stamp) this.#meant = await readFeatureVersion(pool);
    this.#columns = columns;
    // While names go over nobody is asked; who fits is known afterwards.
    if (this.#meant.stamp === null) this.#service = { ...this.#service, models: [] };
    else this.#service = await this.#roster.refresh(columns, this.#meant);
    for (const { name, version, reason } of this.#service.refused)
      this.#sayOnce(`${name} ${version} does not predict: ${reason}`);
  }

  async #due(models: readonly ServingModel[]): Promise<readonly DueMarket[]> {
    if (models.length === 0) return [];
    const due = await findDue(
      this.#options.pool,
      models.map(({ registered }) => registered),
    );
    return ownDue(due, this.#options.partition?.() ?? null);
  }

  /** Resolves to false, with nothing stored, when the windows are of another version of the views than the models fit. */
  async #score(piece: Piece, models: readonly ServingModel[], toldAt: number): Promise<boolean> {
    const { pool, clock, say } = this.#options;
    const wanted = new Set(models.flatMap(({ bundle }) => bundle.description.features));
    // The baseline goes on without columns that are gone.
    const columns = [...wanted].filter((name) => this.#columns.has(name));
    const { windows, stamp } = await readWindows(pool, piece.ranges, columns);
    if (stamp !== this.#meant.stamp) return false;
    const latencyOf = (arrived: number | null): number => clock.now() - closedAt(arrived, toldAt);
    const scored = scorePiece(piece, windows, columns, models, this.#options, latencyOf);
    const { predictions, unusable } = scored;
    const stored = await storePredictions(pool, predictions, piece.progress, clock.now());
    if (this.#options.logger) logScored(this.#options.logger, scored);
    this.#counts.predictions += stored;
    // Of those that another scorer stored first nobody knows which they were.
    if (stored === predictions.length) this.#counts.late += predictions.filter(({ late }) => late).length;
    this.#counts.leftOut += piece.leftOut;
    this.#latencyMs = predictions.findLast(({ late }) => !late)?.latencyMs ?? this.#latencyMs;
    if (piece.leftOut > 0) say(`${piece.leftOut} minutes were too old to be predicted and are left out`);
    for (const { model, version, window, reason } of unusable)
      this.#sayOnce(
        `${model} ${version}: ${reason} for ${window.symbol} at ${new Date(window.start).toISOString()}`,
      );
    return true;
  }

  /** Resolves to whether it went well. */
  async #attempt(signal: AbortSignal): Promise<boolean> {
    const toldAt = this.#toldAt;
    try {
      await this.pass(signal);
      this.#failure = null;
      return true;
    } catch (error) {
      this.#toldAt ??= toldAt;
      const failure = said(error);
      if (failure !== this.#failure) this.#options.say(`scoring failed and is tried again: ${failure}`);
      this.#failure = failure;
      return false;
    }
  }

  #wake(): void {
    this.#toldAt ??= this.#options.clock.now();
    this.#waiting.abort();
  }

  #sayOnce(sentence: string): void {
    if (this.#said.has(sentence)) return;
    // A model that fails at every minute must not fill the memory with it.
    if (this.#said.size >= 1000) this.#said.clear();
    this.#said.add(sentence);
    this.#options.say(sentence);
  }
}

function sameModels(some: readonly ServingModel[], others: readonly ServingModel[]): boolean {
  return some.length === others.length && some.every(({ bundle }, index) => bundle === others[index]?.bundle);
}

/** When a window was over: with the trade that ended it, or, where that is not known, when somebody told. */
function closedAt(arrived: number | null, toldAt: number): number {
  return arrived !== null && arrived <= toldAt && arrived > toldAt - LONGEST_REFRESH ? arrived : toldAt;
}
