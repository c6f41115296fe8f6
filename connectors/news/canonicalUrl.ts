/** Longest address that is kept, in characters. */
export const MAX_URL_LENGTH = 2048;

/** Parameters that say where a reader came from, not what is read. */
const TRACKING =
  /^(utm_\w+|mtm_\w+|pk_\w+|mc_[ce]id|_hs(enc|mi)|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|igshid|ref|ref_src|ref_url|ncid|cmpid|guccounter|taid|sref|rss|amp|outputtype)$/i;

/** Hosts of the same site for other screens. */
const VARIANT = /^(www\d?|m|mobile|amp)\.(?=[^.]+\.)/;

/** An address as it can be followed: http or https, absolute, without credentials. Null when it is none. */
export function webAddress(text: string, base?: string): string | null {
  if (text.trim() === '' || !URL.canParse(text, base)) return null;
  const url = new URL(text, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  url.username = '';
  url.password = '';
  return url.href.length > MAX_URL_LENGTH ? null : url.href;
}

/**
 * One name for all addresses of a story: what tracking, protocol, port, fragment, a site's variants for phones and
 * a final slash add is taken away, and parameters are sorted. Not meant to be followed. Canonical of canonical is the same.
 * @param address absolute, as `webAddress` gives it.
 */
export function canonicalUrl(address: string): string {
  const url = new URL(address);
  let host = url.hostname.replace(/\.$/, '');
  while (VARIANT.test(host)) host = host.replace(VARIANT, '');
  const port = url.port === '' || url.port === '80' || url.port === '443' ? '' : `:${url.port}`;
  const kept = [...url.searchParams].filter(([name]) => !TRACKING.test(name));
  const query = new URLSearchParams(kept.sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))).toString();
  return `https://${host}${port}${canonicalPath(url.pathname)}${query === '' ? '' : `?${query}`}`;
}

function canonicalPath(pathname: string): string {
  let path = pathname.replace(/\/{2,}/g, '/');
  for (let before = ''; before !== path; ) {
    before = path;
    path = path.replace(/\/(amp|index\.html?)?\/?$/i, '').replace(/^\/amp(?=\/)/i, '');
  }
  return path === '' ? '/' : path;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
