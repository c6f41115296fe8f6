import type { DriftSettings } from './settings.ts';

/** What is held of a feature, from good to bad. */
export const STATES = ['ok', 'warning', 'drifted'] as const;
export type DriftState = (typeof STATES)[number];

/** What is held of a feature, and how many checks in a row speak for something else: above 0 for worse, below 0 for better. */
export interface Held {
  readonly state: DriftState;
  readonly streak: number;
}

/**
 * What is held after one more check. The state moves one step at a time, after some checks in a row beyond a threshold; on the way down
 * thresholds are lower, so a feature that wavers about one of them stays where it is.
 *
 * @param held null before the first check
 * @param index adjusted stability index
 * @param worst the worst state that there may be
 */
export function nextHeld(
  held: Held | null,
  index: number,
  worst: DriftState,
  { warnAt, driftAt, clearShare, inARow }: DriftSettings,
): Held {
  const { state, streak } = held ?? { state: 'ok', streak: 0 };
  const level = STATES.indexOf(state);
  const thresholds = [warnAt, driftAt];
  const up = level < STATES.indexOf(worst) && index >= (thresholds[level] ?? Number.POSITIVE_INFINITY);
  const down = level > 0 && index < (thresholds[level - 1] ?? 0) * clearShare;
  if (!up && !down) return { state, streak: 0 };
  const direction = up ? 1 : -1;
  const next = Math.sign(streak) === direction ? streak + direction : direction;
  if (Math.abs(next) < inARow) return { state, streak: next };
  return { state: STATES[level + direction] ?? state, streak: 0 };
}
