import type { CatalogObject } from './object.ts';
import type { SqlProblem } from './problem.ts';
import { lineOfWord } from './read.ts';

/**
 * Objects in an order in which each comes after what it reads; the order of files otherwise.
 * A cycle is reported once, with its path.
 */
export function orderObjects(objects: readonly CatalogObject[]): {
  ordered: CatalogObject[];
  problems: SqlProblem[];
} {
  const byName = new Map(objects.map((object) => [object.name, object]));
  const ordered: CatalogObject[] = [];
  const problems: SqlProblem[] = [];
  const state = new Map<CatalogObject, 'open' | 'done'>();

  const visit = (object: CatalogObject, path: readonly string[]): void => {
    if (state.get(object) === 'done') return;
    if (state.get(object) === 'open') {
      const cycle = [...path.slice(path.indexOf(object.name)), object.name];
      problems.push({
        file: object.file,
        line: lineOfWord(object, cycle[1] ?? object.name),
        code: 'cycle',
        message: `a cycle: ${cycle.join(' reads ')}`,
        suggestion: 'take one of these reads out, or move the shared part to a view of its own',
      });
      return;
    }
    state.set(object, 'open');
    for (const input of object.inputs) {
      const source = byName.get(input);
      if (source) visit(source, [...path, object.name]);
    }
    state.set(object, 'done');
    ordered.push(object);
  };
  for (const object of objects) visit(object, []);
  return { ordered, problems };
}
