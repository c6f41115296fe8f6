const TOKEN = /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w-]+(?:="[^"<]*")?)*)\s*(\/?)>|([^<]+)|(<)/gy;
const ENTITY = /&(?!(?:amp|lt|gt|quot|#39);)/;

/**
 * What is wrong with markup, strictly: tags that are not closed in order, attributes twice or without quotes, stray signs. Null when
 * nothing is.
 *
 * @param empty names of tags that are never closed
 */
export function complaintOf(markup: string, empty: ReadonlySet<string> = new Set()): string | null {
  const open: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < markup.length) {
    const place = TOKEN.lastIndex;
    const token = TOKEN.exec(markup);
    const near = JSON.stringify(markup.slice(place, place + 60));
    if (token === null || token[6] !== undefined) return `a stray sign at ${near}`;
    if (ENTITY.test(token[0])) return `a bare & at ${near}`;
    const [, closing, name = '', attributes = '', selfClosed] = token;
    if (token[5] !== undefined) continue;
    const names = [...attributes.matchAll(/([\w-]+)(?:="[^"]*")?/g)].map((found) => found[1]);
    if (new Set(names).size < names.length) return `an attribute twice at ${near}`;
    if (closing === '/') {
      const last = open.pop();
      if (last !== name) return `${last} is closed by ${name} at ${near}`;
    } else if (selfClosed !== '/' && !empty.has(name)) open.push(name);
  }
  return open.length === 0 ? null : `${open.join(', ')} not closed`;
}
