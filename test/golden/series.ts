/** Values of one column, oldest first; null where there is none. */
export type Series = readonly (number | null)[];

/** Computes a value where all of its inputs have one. */
export function zip(compute: (...values: number[]) => number, ...inputs: Series[]): Series {
  return (inputs[0] ?? []).map((_, row) => {
    const values = inputs.map((input) => input[row] ?? null);
    const known = values.filter((value) => value !== null);
    return known.length < values.length ? null : finite(compute(...known));
  });
}

/** The value so many rows before. */
export function before(values: Series, rows: number): Series {
  return values.map((_, row) => values[row - rows] ?? null);
}

/** Computes over the last so many values, where all of them are there. */
export function over(values: Series, rows: number, compute: (window: readonly number[]) => number): Series {
  return values.map((_, row) => {
    const window = values.slice(Math.max(0, row - rows + 1), row + 1).filter((value) => value !== null);
    return window.length < rows ? null : finite(compute(window));
  });
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

/** The recursion of the books: begins with the mean of the first `rows` values, then moves by `alpha` of the distance. */
export function recursion(values: Series, rows: number, alpha: number): Series {
  let state: number | null = null;
  const seed: number[] = [];
  return values.map((value) => {
    if (value === null) return state;
    if (state !== null) state += alpha * (value - state);
    else if (seed.push(value) === rows) state = mean(seed);
    return state;
  });
}

export function ema(values: Series, rows: number): Series {
  return recursion(values, rows, 2 / (rows + 1));
}

export function wilder(values: Series, rows: number): Series {
  return recursion(values, rows, 1 / rows);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
