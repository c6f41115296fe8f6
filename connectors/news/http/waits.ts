/** Longest time for which a publisher's wish not to be asked is followed, in milliseconds: some say a year. */
export const LONGEST_WAIT_MS = 6 * 3600 * 1000;

/** What `Retry-After` asks for, in milliseconds: seconds, or a date. 0 when it is not there or in no known form. */
export function retryAfterMs(header: string | null, nowMs: number): number {
  if (header === null) return 0;
  const seconds = /^\s*(\d{1,9})(\.\d+)?\s*$/.exec(header);
  if (seconds !== null) return bounded(Math.ceil(Number(header) * 1000));
  return bounded(Date.parse(header) - nowMs);
}

/** How long an answer says it stays as it is, by `Cache-Control: max-age` less the `Age` it already has. */
export function maxAgeMs(cacheControl: string | null, age: string | null): number {
  const found = /(?:^|[\s,])max-age\s*=\s*"?(\d{1,9})/i.exec(cacheControl ?? '');
  const spent = /^\d{1,9}$/.test(age ?? '') ? Number(age) : 0;
  return found === null ? 0 : bounded((Number(found[1]) - spent) * 1000);
}

/** What a feed's `ttl` in minutes asks for. */
export function ttlMs(minutes: number | undefined): number {
  return bounded((minutes ?? 0) * 60_000);
}

function bounded(ms: number): number {
  return Number.isFinite(ms) ? Math.min(LONGEST_WAIT_MS, Math.max(0, ms)) : 0;
}
