/**
 * Solves A x = b for a symmetric positive definite A (row-major, `size * size`) by Cholesky's factorisation (Golub and Van Loan,
 * Matrix Computations, 4.2). Null when A is not positive definite.
 */
export function solveCholesky(a: Float64Array, b: Float64Array): Float64Array | null {
  const size = b.length;
  const factor = new Float64Array(size * size);
  const at = (row: number, column: number): number => factor[row * size + column] ?? 0;
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++) {
      let sum = a[row * size + column] ?? 0;
      for (let k = 0; k < column; k++) sum -= at(row, k) * at(column, k);
      if (row === column && !(sum > 0)) return null;
      factor[row * size + column] = row === column ? Math.sqrt(sum) : sum / at(column, column);
    }
  const x = Float64Array.from(b);
  for (let row = 0; row < size; row++) {
    let sum = x[row] ?? 0;
    for (let k = 0; k < row; k++) sum -= at(row, k) * (x[k] ?? 0);
    x[row] = sum / at(row, row);
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = x[row] ?? 0;
    for (let k = row + 1; k < size; k++) sum -= at(k, row) * (x[k] ?? 0);
    x[row] = sum / at(row, row);
  }
  return x;
}
