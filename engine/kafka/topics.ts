import type { Catalog } from '../catalog/catalog.ts';

/** Topic of each table that reads one and of each sink that writes one, by its name: what RisingWave wants to be there. */
export function topicsOf(catalog: Catalog): ReadonlyMap<string, string> {
  const topics = new Map<string, string>();
  for (const { kind, name, statement } of catalog.objects) {
    if (kind !== 'table' && kind !== 'sink') continue;
    const topic = /\bconnector = 'kafka'/.test(statement.body) && /\btopic = '([^']+)'/.exec(statement.body);
    if (topic) topics.set(name, topic[1] ?? '');
  }
  return topics;
}
