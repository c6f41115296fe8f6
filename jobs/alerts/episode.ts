import type { Rule } from './rule.ts';

/** An alert as it stands. Times are milliseconds since the Unix epoch. */
export interface Episode {
  readonly state: 'pending' | 'firing' | 'resolved';
  readonly since: number;
  readonly firedAt: number | null;
  readonly clearSince: number | null;
  readonly resolvedAt: number | null;
}

/** What a rule goes by when it judges a value. */
export type Bounds = Pick<Rule, 'direction' | 'threshold' | 'clear' | 'forMs' | 'clearForMs'>;

/**
 * What becomes of an episode at one more evaluation. It fires once the value has been beyond the threshold for long enough at each
 * evaluation, and ends once it has been on the good side of the clear threshold for long enough. Between the two it stays as it is.
 *
 * @param before null when there is none, or the last one is resolved
 * @param value null when it is not known, which changes nothing; undefined when the query has no such row any more, which is good
 * @returns null when there is none: a pending one that came back never was
 */
export function nextEpisode(
  before: Episode | null,
  value: number | null | undefined,
  bounds: Bounds,
  now: number,
): Episode | null {
  if (value === null) return before;
  const sign = bounds.direction === 'above' ? 1 : -1;
  const bad = value !== undefined && sign * value > sign * bounds.threshold;
  if (before?.state === 'firing') {
    const good = value === undefined || sign * value <= sign * bounds.clear;
    if (!good) return { ...before, clearSince: null };
    const clearSince = before.clearSince ?? now;
    if (now - clearSince < bounds.clearForMs) return { ...before, clearSince };
    return { ...before, clearSince, state: 'resolved', resolvedAt: now };
  }
  if (!bad) return null;
  const since = before?.since ?? now;
  const fires = now - since >= bounds.forMs;
  return {
    ...{ state: fires ? 'firing' : 'pending', since, firedAt: fires ? now : null },
    ...{ clearSince: null, resolvedAt: null },
  };
}
