import { BadDataset } from './errors.ts';
import { checkMatrix, checkRows, type Matrix } from './matrix.ts';
import type { Objective } from './objective.ts';

/** Rows with what came of them. Arrays on a SharedArrayBuffer reach the training thread without being copied. */
export interface Dataset {
  readonly matrix: Matrix;
  /** One a row, finite. XGBoost and LightGBM round them to float32. */
  readonly labels: Float64Array | Float32Array;
  /** One a row, above 0 and finite: how much the row counts. Null: all count the same. */
  readonly weights: Float64Array | Float32Array | null;
}

/** @throws BadDataset when a part does not fit the others or the objective; `what` names the dataset in the message. */
export function checkDataset({ matrix, labels, weights }: Dataset, objective: Objective, what: string): void {
  checkMatrix(matrix, what);
  if (matrix.rows === 0) throw new BadDataset(`The ${what} has no rows;`, 'widen its range.');
  checkColumn(labels, matrix.rows, `${what}'s labels`, labelRule(objective));
  if (weights !== null)
    checkColumn(weights, matrix.rows, `${what}'s weights`, {
      holds: (weight) => weight > 0 && Math.fround(weight) < Infinity && Math.fround(weight) > 0,
      says: 'weights are finite and above 0',
    });
}

/** @throws WrongFeatures, BadDataset when validation rows cannot be asked of what is trained on the other dataset. */
export function checkValidation(validation: Dataset, training: Dataset, objective: Objective): void {
  checkRows(validation.matrix, training.matrix.features);
  checkDataset(validation, objective, 'validation set');
}

interface Rule {
  readonly holds: (value: number) => boolean;
  readonly says: string;
}

function labelRule(objective: Objective): Rule {
  return objective.kind === 'binary-logistic'
    ? { holds: (label) => label >= 0 && label <= 1, says: 'labels of a direction are 0 to 1' }
    : { holds: (label) => Number.isFinite(Math.fround(label)), says: 'labels are finite float32 numbers' };
}

function checkColumn(column: Float64Array | Float32Array, rows: number, what: string, rule: Rule): void {
  if (column.length !== rows)
    throw new BadDataset(`The ${what} are ${column.length};`, `there are ${rows} rows: give one a row.`);
  for (let row = 0; row < rows; row++) {
    const value = column[row] ?? Number.NaN;
    if (!rule.holds(value)) throw new BadDataset(`The ${what} have ${value} in row ${row};`, `${rule.says}.`);
  }
}
