import type { Document } from '../../api/client/generate/types.ts';

/** Asks for a path; gives the status and the body. */
export type Ask = (path: string) => Promise<{ readonly status: number; readonly body: unknown }>;

/** What says how this process is, and the same for no two. */
const OWN = new Set(['/health', '/v1/feeds', '/metrics']);

const FROM = '2019-06-30T00:00:00Z';
const TO = '2019-07-01T02:00:00Z';
const AS_OF = '2019-07-01T00:25:00Z';

/** Values of parameters that no row has. */
const VALUES: Readonly<Record<string, string>> = {
  ...{ symbol: 'BTC-USD', exchange: 'kraken', timeframe: '1m', from: FROM, to: TO, as_of: AS_OF },
  ...{ order: 'asc', limit: '2', period: '1d', interval: '1h', kind: 'alerts', run: '1' },
  ...{ model: 'ridge', version: '1', horizon: '5', state: 'firing', fields: 'version' },
};

interface Page {
  readonly data?: readonly Readonly<Record<string, unknown>>[];
  readonly next_cursor?: string | null;
}

/**
 * Every path of a document that is read: plain, with what changes its query, with all filters, and with a cursor. Values are those
 * of the first row of the plain answer, where it has one.
 */
export async function requestsOf(document: Document, ask: Ask): Promise<string[]> {
  const found: string[] = [];
  for (const [path, { get }] of Object.entries(document.paths))
    if (get !== undefined && !OWN.has(path))
      found.push(...(await requestsTo(path, get.parameters ?? [], ask)));
  return found;
}

/** Parameters that make another query; the others add a comparison to it. */
const ALONE = ['timeframe', 'as_of', 'fields', 'period', 'order'];

async function requestsTo(
  path: string,
  parameters: readonly { readonly name: string; readonly required: boolean }[],
  ask: Ask,
): Promise<string[]> {
  const plain = path.replace(/\{(\w+)\}/g, (_, name: string) => VALUES[name] ?? name);
  const { data = [] } = (await ask(plain)).body as Page;
  const row = data[0] ?? {};
  const free = parameters.filter(({ name }) => !path.includes(`{${name}}`) && name !== 'cursor');
  // Whoever has to say where to begin would be answered for years.
  const always = free.filter(({ required }) => required).map(({ name }) => name);
  if (always.includes('from')) always.push('to');
  const wordOf = (name: string): string => {
    const columns = Object.keys(row).slice(0, 3).reverse().join(',');
    const own = name === 'fields' ? columns : row[name === 'horizon' ? 'horizon_minutes' : name];
    return encodeURIComponent(String((SAID.has(name) ? null : own) || VALUES[name] || 'none'));
  };
  const request = (asked: readonly string[]): string => {
    const query = [...new Set([...always, ...asked])].map((name) => `${name}=${wordOf(name)}`);
    return query.length === 0 ? plain : `${plain}?${query.join('&')}`;
  };
  const names = free.map(({ name }) => name);
  const together = names.filter((name) => !/^(as_of|fields)$/.test(name));
  const requests = [
    request([]),
    ...ALONE.filter((name) => names.includes(name)).map((name) => request([name])),
    request(together),
  ];
  if (parameters.some(({ name }) => name === 'cursor'))
    for (const order of ['asc', 'desc']) {
      const first = `${plain}?order=${order}&limit=1`;
      const { next_cursor: next } = (await ask(first)).body as Page;
      if (next) requests.push(`${first}&cursor=${next}`);
    }
  return requests;
}

/** Parameters whose values are not those of a row. */
const SAID = new Set(['symbol', 'from', 'to', 'as_of', 'order', 'limit', 'period', 'interval']);
