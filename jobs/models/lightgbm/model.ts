import { BadParameter, ModelError, UnreadableModel } from '../errors.ts';
import { checkRows, type Matrix } from '../matrix.ts';
import type { Contributions, Model, Predictions } from '../model.ts';
import type { Objective } from '../objective.ts';
import { sharesOf } from '../shares.ts';
import { Booster, PREDICTION } from './booster.ts';
import type { LightgbmLibrary } from './library.ts';
import { objectiveOf, readModelText } from './modelText.ts';
import { readTexts, writeTexts } from './texts.ts';

/** A model of boosted trees by LightGBM: one booster, or one for each quantile. */
export class LightgbmModel implements Model {
  readonly algorithm = 'lightgbm';
  readonly formats: readonly ['text'] = ['text'];
  readonly objective: Objective;
  readonly features: readonly string[];
  readonly #boosters: readonly Booster[];
  readonly #texts: readonly string[];

  private constructor(library: LightgbmLibrary, texts: readonly string[]) {
    const read = texts.map(readModelText);
    this.#texts = texts;
    this.objective = objectiveOf(read);
    this.features = read[0]?.features ?? [];
    this.#boosters = texts.map((text) => Booster.load(library, text));
  }

  /** Reads LightGBM's text, or the list of texts that a model of quantiles is saved as. @throws UnreadableModel */
  static load(library: LightgbmLibrary, bytes: Uint8Array): LightgbmModel {
    try {
      return new LightgbmModel(library, readTexts(bytes));
    } catch (error) {
      if (!(error instanceof ModelError) || error instanceof UnreadableModel) throw error;
      throw new UnreadableModel('The model cannot be read;', "it has to be LightGBM's text, undamaged.", {
        cause: error,
      });
    }
  }

  predict(rows: Matrix): Predictions {
    return this.#ask(rows, PREDICTION.value, 1);
  }

  contributions(rows: Matrix): Contributions {
    const features = this.features.length;
    return { ...this.#ask(rows, PREDICTION.contributions, features + 1), features };
  }

  importance(): ReadonlyMap<string, number> {
    const sums = new Float64Array(this.features.length);
    for (const booster of this.#boosters)
      booster.gains(sums.length).forEach((gain, feature) => {
        sums[feature] = (sums[feature] ?? 0) + gain;
      });
    return sharesOf(this.features, sums);
  }

  save(format = 'text'): Uint8Array {
    if (format === 'text') return writeTexts(this.#texts);
    throw new BadParameter(`format is ${format};`, 'a model of LightGBM is saved as text.');
  }

  /** `width` numbers of each booster for each row. */
  #ask(rows: Matrix, type: (typeof PREDICTION)[keyof typeof PREDICTION], width: number): Predictions {
    checkRows(rows, this.features);
    const outputs = this.#boosters.length;
    const values = new Float64Array(rows.rows * outputs * width);
    for (const [output, booster] of this.#boosters.entries()) {
      const part = booster.predict(rows, type, width);
      for (let row = 0; row < rows.rows; row++)
        values.set(part.subarray(row * width, (row + 1) * width), (row * outputs + output) * width);
    }
    return { rows: rows.rows, outputs, values };
  }
}
