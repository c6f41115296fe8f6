import type { RowDifference, TextRow } from './compare.ts';

/**
 * Differences as an aligned table, a row a line: `-` is expected and missing, `+` is there and not expected, `~` differs,
 * with cells as `expected → found`.
 */
export function printDifferences(differences: readonly RowDifference[], columns: readonly string[]): string {
  const lines = [['', ...columns], ...differences.map((difference) => line(difference, columns))];
  const widths =
    lines[0]?.map((_, index) => Math.max(...lines.map((cells) => cells[index]?.length ?? 0))) ?? [];
  return lines
    .map((cells) =>
      cells
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function line(difference: RowDifference, columns: readonly string[]): string[] {
  if (difference.kind === 'missing')
    return ['-', ...columns.map((column) => cellOf(difference.expected, column))];
  if (difference.kind === 'unexpected')
    return ['+', ...columns.map((column) => cellOf(difference.found, column))];
  const { expected, found } = difference;
  const cell = (column: string): string =>
    difference.columns.includes(column)
      ? `${cellOf(expected, column)} → ${cellOf(found, column)}`
      : cellOf(found, column);
  return ['~', ...columns.map(cell)];
}

/** A column that an expected row does not list shows as a dot: the test says nothing of it. */
function cellOf(row: TextRow, column: string): string {
  return column in row ? (row[column] ?? 'null') : '·';
}
