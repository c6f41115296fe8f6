/** One line of a comparison of two texts. */
export interface DiffLine {
  readonly op: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Lines around a change that are shown with it. */
const CONTEXT = 2;

/** The lines of two texts, with the longest common part kept. */
export function diffLines(before: string, after: string): DiffLine[] {
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  // common[i][j]: length of the longest common part of what begins at old[i] and fresh[j].
  const common = old.map(() => new Array<number>(fresh.length + 1).fill(0));
  common.push(new Array<number>(fresh.length + 1).fill(0));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = fresh.length - 1; j >= 0; j--) {
      const row = common[i];
      if (row) row[j] = old[i] === fresh[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  const lines: DiffLine[] = [];
  for (let i = 0, j = 0; i < old.length || j < fresh.length; ) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      lines.push({ op: 'same', text: old[i] ?? '' });
      i++;
      j++;
    } else if (i < old.length && (j >= fresh.length || at(i + 1, j) >= at(i, j + 1)))
      lines.push({ op: 'removed', text: old[i++] ?? '' });
    else lines.push({ op: 'added', text: fresh[j++] ?? '' });
  }
  return lines;
}

/** A comparison for people: changed lines with those around them, what lies between left out. */
export function printDiff(lines: readonly DiffLine[]): string[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some((line) => line.op !== 'same'),
  );
  const signs = { same: ' ', removed: '-', added: '+' } as const;
  return lines.flatMap((line, index) => {
    if (near[index]) return [`${signs[line.op]} ${line.text}`];
    return near[index - 1] ? ['  …'] : [];
  });
}
