/** Characters of a server's words that are shown. */
const MAX_WORDS = 200;

/** A server's refusal for people: `HTTP 503 Service Unavailable: Kraken is down for maintenance`. */
export function refusalWords(status: number, statusText: string, body: string): string {
  const head = `HTTP ${status} ${statusText}`.trim();
  const words = wordsOf(body);
  return words === '' ? head : `${head}: ${words}`;
}

/** Whether a body is a web page, as proxies and maintenance screens send them in place of an answer. */
export function isHtml(contentType: string | null, body: string): boolean {
  return (contentType ?? '').toLowerCase().includes('text/html') || /^\s*<(!doctype|html)/i.test(body);
}

/** What a body says: the message of a JSON error, the title of a web page, else its text; on one line, cut, and without a full stop. */
export function wordsOf(body: string): string {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(body)?.[1];
  const text = title ?? messageOf(body) ?? body.replaceAll(/<[^>]*>/g, ' ');
  const line = text.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
  return line.length > MAX_WORDS ? `${line.slice(0, MAX_WORDS)}…` : line;
}

/** Kraken answers `{"error": ["…"]}`, Coinbase `{"message": "…"}`, Binance `{"msg": "…"}`. */
function messageOf(body: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { message, msg, error } = value as Readonly<Record<string, unknown>>;
  const said = [message, msg, Array.isArray(error) ? error.join(', ') : error];
  return said.find((words): words is string => typeof words === 'string' && words !== '');
}

/**
 * `Retry-After` in milliseconds from now, null when there is none that can be read (RFC 9110, 10.2.3: seconds or a date).
 * @param now milliseconds since the Unix epoch.
 */
export function retryAfterMs(header: string | null | undefined, now: number): number | null {
  if (header === null || header === undefined) return null;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
