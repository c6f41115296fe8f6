import { BadDataset, WrongFeatures } from './errors.ts';

/** Rows of features: row-major float32, so the value of feature f in row r is `values[r * features.length + f]`. */
export interface Matrix {
  /** Names, one a column: letters, digits, underscores and dots, each once. */
  readonly features: readonly string[];
  readonly rows: number;
  /** `rows * features.length` values. NaN is a missing value; infinities are refused. */
  readonly values: Float32Array;
}

/** Cells of a matrix at most: 2 GiB of values. */
export const MOST_CELLS = 2 ** 29;
/** Features of a matrix at most. */
export const MOST_FEATURES = 4096;

const NAME = /^[A-Za-z_][A-Za-z0-9_.]{0,199}$/;

/** @throws BadDataset when shape, names or values cannot be used; `what` names the matrix in the message. */
export function checkMatrix({ features, rows, values }: Matrix, what: string): void {
  checkNames(features, what);
  const cells = rows * features.length;
  if (!Number.isInteger(rows) || rows < 0 || cells > MOST_CELLS)
    throw new BadDataset(
      `The ${what} has ${rows} rows of ${features.length} features;`,
      `at most ${MOST_CELLS} values are taken: shorten the range or drop features.`,
    );
  if (values.length !== cells)
    throw new BadDataset(
      `The ${what} has ${values.length} values;`,
      `${rows} rows of ${features.length} features need ${cells}.`,
    );
  const infinite = values.findIndex((value) => value === Infinity || value === -Infinity);
  if (infinite >= 0)
    throw new BadDataset(
      `The ${what}'s ${features[infinite % features.length]} is infinite in row ${Math.floor(infinite / features.length)};`,
      'use NaN where a value is missing, and values that a float32 holds.',
    );
}

function checkNames(features: readonly string[], what: string): void {
  if (features.length === 0 || features.length > MOST_FEATURES)
    throw new BadDataset(`The ${what} has ${features.length} features;`, `give 1 to ${MOST_FEATURES}.`);
  const bad = features.find((name) => !NAME.test(name));
  if (bad !== undefined)
    throw new BadDataset(
      `The ${what} has a feature named ${JSON.stringify(bad)};`,
      'name features with letters, digits, underscores and dots.',
    );
  const twice = features.find((name, index) => features.indexOf(name) !== index);
  if (twice !== undefined)
    throw new BadDataset(`The ${what} has the feature ${twice} twice;`, 'name each feature once.');
}

/** @throws WrongFeatures when the rows are not what the model was trained on; BadDataset when they cannot be used at all. */
export function checkRows(rows: Matrix, expected: readonly string[]): void {
  if (rows.features.length !== expected.length)
    throw new WrongFeatures(
      `The rows have ${rows.features.length} features;`,
      `the model was trained on ${expected.length}: ${listed(expected)}.`,
    );
  const other = expected.findIndex((name, index) => rows.features[index] !== name);
  if (other >= 0)
    throw new WrongFeatures(
      `Feature ${other} of the rows is ${rows.features[other]};`,
      `the model was trained with ${expected[other]} there: give its features in its order.`,
    );
  checkMatrix(rows, 'rows');
}

function listed(names: readonly string[]): string {
  return names.length > 12 ? `${names.slice(0, 12).join(', ')}, …` : names.join(', ');
}
