import type { Clock } from '../../../engine/clock.ts';
import { ModelError, said, TrainingCancelled } from '../../models/errors.ts';
import type { Parameters } from '../../models/parameters.ts';
import { BadTuningState } from '../errors.ts';
import type { TuningSettings } from '../settings.ts';
import { together } from '../together.ts';
import { drawParameters, type SearchSpace } from './space.ts';
import { checkState, newSearch, type SearchState, type Trial } from './state.ts';

/** Of the trials of a step one in so many goes on, with so many times the rows. */
const HALVING = 3;
/** Trials that begin together. */
const WIDTH = HALVING ** 2;

/** A search for parameters. */
export interface SearchOptions {
  readonly space: SearchSpace;
  /** What is tried first, with all rows: the result is never worse than this. */
  readonly standard: Parameters;
  readonly seed: number;
  readonly budget: TuningSettings;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** What an earlier call found. */
  readonly state?: SearchState;
  /** Loss with these parameters and the newest share of the rows; smaller is better. A ModelError counts as a failed trial. */
  readonly evaluate: (parameters: Parameters, share: number, signal: AbortSignal) => Promise<number>;
  /** Told after each evaluation; keep the state to be able to resume. */
  readonly onProgress?: (state: SearchState, best: Trial) => void;
}

/** What a search found. */
export interface SearchResult {
  readonly parameters: Parameters;
  readonly loss: number;
  readonly state: SearchState;
}

/**
 * Seeded random search with successive halving (Jamieson and Talwalkar 2016): of nine trials with a ninth of the rows the three
 * best get a third of them, and the best of these all; then the next nine. Only losses with all rows compete for the result.
 * What it tries depends on seed and losses, not on time or threads: an interrupted search that is resumed finds the same.
 *
 * @throws TrainingCancelled, BadTuningState; what `evaluate` throws for the standard parameters
 */
export async function searchParameters(options: SearchOptions): Promise<SearchResult> {
  const search = new Search(options);
  await search.tryAll([0], 1);
  for (let first = 1; first <= options.budget.trials && !search.overTime(); first += WIDTH) {
    const last = Math.min(options.budget.trials, first + WIDTH - 1);
    let trials = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    for (const share of [1 / HALVING ** 2, 1 / HALVING, 1]) {
      const best = await search.tryAll(trials, share);
      trials = best.slice(0, Math.ceil(trials.length / HALVING)).map(({ trial }) => trial);
    }
  }
  const { parameters, loss } = search.best();
  return { parameters, loss: loss ?? Number.NaN, state: search.state };
}

class Search {
  state: SearchState;
  readonly #options: SearchOptions;
  readonly #endsAt: number;

  constructor(options: SearchOptions) {
    const { state, seed, budget, clock } = options;
    this.#options = options;
    this.#endsAt = budget.seconds === null ? Number.POSITIVE_INFINITY : clock.now() + budget.seconds * 1000;
    this.state = state ?? newSearch(seed);
    checkState(this.state, seed, (trial) => this.#parametersOf(trial));
  }

  overTime(): boolean {
    return this.#options.clock.now() >= this.#endsAt;
  }

  /** The trials that have a loss with this share of the rows, best first. */
  async tryAll(trials: readonly number[], share: number): Promise<readonly Trial[]> {
    const { signal, budget } = this.#options;
    const missing = trials.filter((trial) => this.#found(trial, share) === undefined);
    await together(missing, budget.parallel, signal, (trial, stop) => this.#try(trial, share, stop));
    return trials
      .flatMap((trial) => this.#found(trial, share) ?? [])
      .filter(({ loss }) => loss !== null)
      .sort((a, b) => (a.loss ?? 0) - (b.loss ?? 0) || a.trial - b.trial);
  }

  best(): Trial {
    const whole = this.state.evaluations.filter(({ share, loss }) => share === 1 && loss !== null);
    const [first, ...others] = whole;
    if (first === undefined)
      throw new BadTuningState('The standard parameters have no finite loss;', 'look for extreme returns.');
    return others.reduce((best, next) => {
      const difference = (next.loss ?? 0) - (best.loss ?? 0) || next.trial - best.trial;
      return difference < 0 ? next : best;
    }, first);
  }

  async #try(trial: number, share: number, signal: AbortSignal): Promise<void> {
    const standard = trial === 0;
    // The standard parameters are tried in any case: there has to be a result.
    if (!standard && this.overTime()) return;
    const parameters = this.#parametersOf(trial);
    try {
      const loss = await this.#options.evaluate(parameters, share, signal);
      this.#note({ trial, parameters, share, loss: Number.isFinite(loss) ? loss : null, reason: null });
    } catch (error) {
      if (standard || !(error instanceof ModelError) || error instanceof TrainingCancelled) throw error;
      this.#note({ trial, parameters, share, loss: null, reason: said(error) });
    }
  }

  #note(evaluation: Trial): void {
    this.state = { ...this.state, evaluations: [...this.state.evaluations, evaluation] };
    this.#options.onProgress?.(this.state, this.best());
  }

  #found(trial: number, share: number): Trial | undefined {
    return this.state.evaluations.find((done) => done.trial === trial && done.share === share);
  }

  #parametersOf(trial: number): Parameters {
    const { standard, space, seed } = this.#options;
    return trial === 0 ? standard : { ...standard, ...drawParameters(space, seed, trial) };
  }
}
