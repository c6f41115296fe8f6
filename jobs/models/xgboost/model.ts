import { BadParameter, ModelError, UnreadableModel } from '../errors.ts';
import { checkRows, type Matrix } from '../matrix.ts';
import type { Contributions, Model, Predictions } from '../model.ts';
import type { Objective } from '../objective.ts';
import { sharesOf } from '../shares.ts';
import { TreeScorer } from '../trees/scorer.ts';
import { Booster, PREDICTION, type XgboostFormat } from './booster.ts';
import type { XgboostLibrary } from './library.ts';

/** Rows from which on a call of the library is faster than walking the trees here. */
const LARGE_BATCH = 64;

/** A model of boosted trees by XGBoost. Small batches are scored here, large ones by the library: the bits are the same. */
export class XgboostModel implements Model {
  readonly algorithm = 'xgboost';
  readonly formats: readonly [XgboostFormat, XgboostFormat] = ['json', 'ubj'];
  readonly objective: Objective;
  readonly features: readonly string[];
  readonly #booster: Booster;
  readonly #scorer: TreeScorer;

  private constructor(booster: Booster, scorer: TreeScorer) {
    this.#booster = booster;
    this.#scorer = scorer;
    this.objective = scorer.objective;
    this.features = scorer.features;
  }

  /** Reads XGBoost's JSON or UBJ, written by Tickwave or not. @throws UnreadableModel */
  static load(library: XgboostLibrary, bytes: Uint8Array): XgboostModel {
    // Checked before the library sees it, which would follow a damaged tree out of its memory.
    const scorer = TreeScorer.read(bytes);
    return new XgboostModel(loadBooster(library, bytes, scorer.features), scorer);
  }

  predict(rows: Matrix): Predictions {
    checkRows(rows, this.features);
    const { outputs, exact } = this.#scorer;
    if (rows.rows >= LARGE_BATCH || !exact) {
      const values = Float64Array.from(this.#booster.predict(rows, PREDICTION.value));
      return { rows: rows.rows, outputs, values };
    }
    const values = new Float64Array(rows.rows * outputs);
    this.#scorer.score(rows.values, rows.rows, values);
    return { rows: rows.rows, outputs, values };
  }

  contributions(rows: Matrix): Contributions {
    checkRows(rows, this.features);
    const values = Float64Array.from(this.#booster.predict(rows, PREDICTION.contributions));
    return { rows: rows.rows, outputs: this.#scorer.outputs, features: this.features.length, values };
  }

  importance(): ReadonlyMap<string, number> {
    return sharesOf(this.features, this.#scorer.gains());
  }

  save(format = 'json'): Uint8Array {
    if (format === 'json' || format === 'ubj') return this.#booster.save(format);
    throw new BadParameter(
      `format is ${format};`,
      `a model of XGBoost is saved as ${this.formats.join(' or ')}.`,
    );
  }
}

function loadBooster(library: XgboostLibrary, bytes: Uint8Array, features: readonly string[]): Booster {
  try {
    const booster = Booster.load(library, bytes);
    // What does not fit together is found when it is asked, so it is asked once.
    const values = new Float32Array(features.length).fill(Number.NaN);
    booster.predict({ features, rows: 1, values }, PREDICTION.value);
    return booster;
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw new UnreadableModel('The model cannot be read;', "it has to be XGBoost's JSON or UBJ, undamaged.", {
      cause: error,
    });
  }
}
