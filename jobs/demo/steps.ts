const MINUTE = 60_000;
/** The last hour, or the second half, goes minute by minute: each is scored as it closes, and its latency means something. */
const ONE_BY_ONE = 60;

/**
 * The moments up to which a replay goes at a time.
 *
 * @param stepMinutes minutes at a time; what is stored in the end is the same whatever it is
 */
export function replaySteps(fromMs: number, toMs: number, stepMinutes: number): readonly number[] {
  const half = fromMs + Math.floor((toMs - fromMs) / 2 / MINUTE) * MINUTE;
  const single = Math.max(half, toMs - ONE_BY_ONE * MINUTE);
  const steps: number[] = [];
  for (let at = fromMs; at < single; ) {
    at = Math.min(single, at + stepMinutes * MINUTE);
    steps.push(at);
  }
  for (let at = single; at < toMs; ) {
    at = Math.min(toMs, at + MINUTE);
    steps.push(at);
  }
  return steps;
}
