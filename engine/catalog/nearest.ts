/** Edit distance of two short names (Levenshtein, two rows). */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current[j] = Math.min(replace, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1);
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** "did you mean 'x'?" for a misspelt name, or the alternatives when none is near. */
export function suggestName(name: string, known: Iterable<string>): string {
  const names = [...known].sort();
  const ranked = names
    .map((candidate) => ({ candidate, far: editDistance(name, candidate) }))
    .sort((a, b) => a.far - b.far);
  const best = ranked[0];
  if (best && best.far < name.length && best.far <= Math.max(2, Math.floor(name.length / 3)))
    return `did you mean '${best.candidate}'?`;
  return `known names: ${names.slice(0, 30).join(', ')}${names.length > 30 ? ', …' : ''}`;
}
