/** How long a server asks to be left alone, in milliseconds: seconds or a date in Retry-After. Null when it does not say. */
export function retryAfter(headers: Headers | undefined, nowMs: number): number | null {
  const value = headers?.get('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const until = Date.parse(value);
  return Number.isNaN(until) ? null : Math.max(0, until - nowMs);
}
