import { createHash } from 'node:crypto';
import { fieldOf, type PresentSource } from './columns.ts';

/** All names in Elasticsearch begin with this. */
export const PREFIX = 'tickwave';
/** Name of the lifecycle policy, where the cluster knows such. */
export const POLICY = `${PREFIX}-monitoring`;

/** The mapping of a source: its columns and nothing else. */
export function mappingOf(source: PresentSource): Readonly<Record<string, unknown>> {
  const columns = source.columns.map((column) => [column.name, fieldOf(column)]);
  return {
    dynamic: 'strict',
    properties: {
      ...Object.fromEntries(columns),
      // One name for time in every source, as Kibana likes it.
      '@timestamp': { type: 'date' },
      // What the row was: only rows whose hash differs are sent again.
      row_hash: { type: 'keyword', index: false, doc_values: false },
    },
  };
}

/** Tells mappings apart: documents of another mapping are in other indices. */
export function generationOf(source: PresentSource): string {
  return createHash('sha256')
    .update(JSON.stringify(mappingOf(source)))
    .digest('hex')
    .slice(0, 8);
}

/** The name by which a source is read, whatever indices it has. */
export function aliasOf({ name }: { readonly name: string }): string {
  return `${PREFIX}-${name}`;
}

/** The index of a moment: `tickwave-predictions-1a2b3c4d-2026.11.21`. */
export function indexOf(source: PresentSource, ms: number): string {
  const day = new Date(ms).toISOString().slice(0, 10).replaceAll('-', '.');
  const period = { day, month: day.slice(0, 7), ever: 'all' }[source.period];
  return `${aliasOf(source)}-${generationOf(source)}-${period}`;
}

/** Until when an index has time, in milliseconds since the Unix epoch; null when it never ends or is none of ours. */
export function endOf(index: string): number | null {
  const [, year = '', month = '', day] = /-(\d{4})\.(\d{2})(?:\.(\d{2}))?$/.exec(index) ?? [];
  if (year === '') return null;
  return day === undefined
    ? Date.UTC(Number(year), Number(month), 1)
    : Date.UTC(Number(year), Number(month) - 1, Number(day) + 1);
}

/** The index template of a source. */
export function templateOf(source: PresentSource, lifecycle: boolean) {
  return {
    name: aliasOf(source),
    index_patterns: [`${aliasOf(source)}-${generationOf(source)}-*`],
    priority: 200,
    template: {
      settings: {
        number_of_shards: 1,
        auto_expand_replicas: '0-1',
        ...(lifecycle && source.period !== 'ever' ? { 'index.lifecycle.name': POLICY } : {}),
      },
      aliases: { [aliasOf(source)]: {} },
      mappings: mappingOf(source),
    },
  };
}
