import { editDistance } from '../engine/catalog/nearest.ts';
import { VARIABLES } from './variables.ts';

/** Beginnings that are Tickwave's own: a name with one of them that is not known is a slip. */
const OURS = /^(TICKWAVE|SIMULATOR|REPLAY)_/;
/** Read by the test suites. */
const ELSEWHERE = new Set(['TICKWAVE_DATA', 'TICKWAVE_TEST_SERVER']);

/** What to say about names that look as if they were meant for Tickwave and are not. */
export function unknownVariables(names: Iterable<string>): string[] {
  const known = Object.keys(VARIABLES);
  return [...names].flatMap((name) => {
    if (known.includes(name) || ELSEWHERE.has(name)) return [];
    const meant = nearest(name.replace(/^TICKWAVE_/, ''), known);
    if (meant !== null) return [`${name} is not a variable of Tickwave: did you mean ${meant}?`];
    return OURS.test(name) ? [`${name} is not a variable of Tickwave: docs/configuration.md lists them`] : [];
  });
}

function nearest(name: string, known: readonly string[]): string | null {
  const upper = name.toUpperCase();
  // Short names are near to many others: HOME is not meant to be HOST.
  const near = known.filter((candidate) => editDistance(upper, candidate) <= (candidate.length >= 8 ? 2 : 0));
  return (
    near[0] ?? known.find((candidate) => candidate.replaceAll('_', '') === upper.replaceAll('_', '')) ?? null
  );
}
