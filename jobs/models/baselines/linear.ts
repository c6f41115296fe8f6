import { z } from 'zod';
import { BadParameter, said, UnreadableModel } from '../errors.ts';
import { checkRows, type Matrix } from '../matrix.ts';
import type { Contributions, Model, Predictions } from '../model.ts';
import { checkObjective, type Objective, outputsOf } from '../objective.ts';
import { sharesOf } from '../shares.ts';
import { type Scaling, standardised } from './standardise.ts';

const numbers = z.array(z.number());
const schema = z.object({
  tickwave: z.enum(['ridge', 'persistence']),
  version: z.literal(1),
  objective: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('squared-error') }),
    z.object({ kind: z.literal('binary-logistic') }),
    z.object({ kind: z.literal('quantile'), quantiles: numbers }),
  ]),
  features: z.array(z.string()).min(1),
  means: numbers,
  deviations: numbers,
  coefficients: numbers,
  intercepts: numbers,
});

/** What a linear model consists of. */
export interface LinearState {
  readonly algorithm: 'ridge' | 'persistence';
  readonly objective: Objective;
  readonly features: readonly string[];
  readonly scaling: Scaling;
  /** What a standard deviation of each feature adds. */
  readonly coefficients: Float64Array;
  /** What is predicted for a row at the features' means, one an output. */
  readonly intercepts: readonly number[];
}

/** A model that adds up its features: exact contributions, no native library, JSON of our own. */
export class LinearModel implements Model {
  readonly formats: readonly ['json'] = ['json'];
  readonly #state: LinearState;

  constructor(state: LinearState) {
    this.#state = state;
  }

  get algorithm(): 'ridge' | 'persistence' {
    return this.#state.algorithm;
  }

  get objective(): Objective {
    return this.#state.objective;
  }

  get features(): readonly string[] {
    return this.#state.features;
  }

  /** @throws UnreadableModel */
  static load(bytes: Uint8Array, algorithm: LinearState['algorithm']): LinearModel {
    try {
      const file = schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
      const { objective, features, intercepts } = file;
      const columns = [file.means, file.deviations, file.coefficients].map((list) => Float64Array.from(list));
      const [means, deviations, coefficients] = columns as [Float64Array, Float64Array, Float64Array];
      checkObjective(objective);
      if (file.tickwave !== algorithm) throw new Error(`it is a model of ${file.tickwave}`);
      if (
        columns.some((column) => column.length !== features.length) ||
        intercepts.length !== outputsOf(objective)
      )
        throw new Error('its lists have different lengths');
      return new LinearModel({
        algorithm,
        objective,
        features,
        scaling: { means, deviations },
        coefficients,
        intercepts,
      });
    } catch (error) {
      throw new UnreadableModel(
        `The model cannot be read (${said(error)});`,
        `load an undamaged ${algorithm} model.`,
        {
          cause: error,
        },
      );
    }
  }

  /** A direction's probability is the line cut off at 0.001 and 0.999: the linear probability model. */
  predict(rows: Matrix): Predictions {
    const { values, outputs, features } = this.contributions(rows);
    const direction = this.objective.kind === 'binary-logistic';
    const width = features + 1;
    const sums = Float64Array.from({ length: rows.rows * outputs }, (_, index) => {
      const sum = values.subarray(index * width, (index + 1) * width).reduce((a, b) => a + b, 0);
      return direction ? Math.min(0.999, Math.max(0.001, sum)) : sum;
    });
    return { rows: rows.rows, outputs, values: sums };
  }

  contributions(rows: Matrix): Contributions {
    const { features, scaling, coefficients, intercepts } = this.#state;
    checkRows(rows, features);
    const width = features.length + 1;
    const values = new Float64Array(rows.rows * intercepts.length * width);
    for (let row = 0; row < rows.rows; row++)
      for (const [output, intercept] of intercepts.entries()) {
        const first = (row * intercepts.length + output) * width;
        for (let column = 0; column < features.length; column++)
          values[first + column] = (coefficients[column] ?? 0) * standardised(rows, scaling, row, column);
        values[first + features.length] = intercept;
      }
    return { rows: rows.rows, outputs: intercepts.length, features: features.length, values };
  }

  importance(): ReadonlyMap<string, number> {
    return sharesOf(this.features, this.#state.coefficients.map(Math.abs));
  }

  save(format = 'json'): Uint8Array {
    if (format !== 'json')
      throw new BadParameter(`format is ${format};`, `a model of ${this.algorithm} is saved as json.`);
    const { algorithm, objective, features, scaling, coefficients, intercepts } = this.#state;
    const file: z.input<typeof schema> = {
      tickwave: algorithm,
      version: 1,
      objective:
        objective.kind === 'quantile' ? { ...objective, quantiles: [...objective.quantiles] } : objective,
      features: [...features],
      means: [...scaling.means],
      deviations: [...scaling.deviations],
      coefficients: [...coefficients],
      intercepts: [...intercepts],
    };
    return new TextEncoder().encode(JSON.stringify(file));
  }
}
