const FIRST_MS = 250;
const LONGEST_MS = 15_000;

/** Milliseconds to wait before the next try: doubled each time, and spread so that not all come back at once. */
export function backoff(breaks: number, random: () => number): number {
  const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(breaks, 10));
  return most * (0.5 + random() / 2);
}
