import { BadOption } from '../../errors.ts';

/** What a row of a news file may hold. */
export const NEWS_FIELDS = [
  'title',
  'published_at',
  'url',
  'summary',
  'source',
  'id',
  'received_at',
] as const;
export type NewsField = (typeof NEWS_FIELDS)[number];

/** In which column each field stands, counted from 0. */
export type NewsColumns = ReadonlyMap<NewsField, number>;

/** Names under which files have a field; the first that is there counts. */
const NAMES: Readonly<Record<NewsField, readonly string[]>> = {
  title: ['title', 'headline'],
  published_at: ['published_at', 'published', 'ts', 'timestamp', 'datetime', 'date', 'time'],
  url: ['url', 'link'],
  summary: ['summary', 'description', 'description_body', 'text', 'body'],
  source: ['source', 'publisher', 'site'],
  id: ['id', 'guid'],
  received_at: ['received_at'],
};

/** The columns of a header by their usual names. Null when none of them is a title. */
export function columnsOf(header: readonly string[]): NewsColumns | null {
  const names = header.map((name) => name.trim().toLowerCase());
  const columns = new Map<NewsField, number>();
  for (const field of NEWS_FIELDS) {
    const found = NAMES[field].map((name) => names.indexOf(name)).find((column) => column >= 0);
    if (found !== undefined) columns.set(field, found);
  }
  return columns.has('title') ? columns : null;
}

/**
 * The columns that a mapping names, as `title=headline,published_at=ts`.
 * @throws BadOption when it names a field or a column that there is not.
 */
export function mappedColumns(map: string, header: readonly string[]): NewsColumns {
  const columns = new Map<NewsField, number>();
  for (const entry of map.split(',').filter((part) => part.trim() !== '')) {
    const [name = '', column = ''] = entry.split('=').map((part) => part.trim());
    const field = NEWS_FIELDS.find((known) => known === name);
    if (field === undefined) {
      throw new BadOption(`The mapping names ${JSON.stringify(name)};`, `name ${NEWS_FIELDS.join(', ')}.`);
    }
    const at = header.findIndex((one) => one.trim().toLowerCase() === column.toLowerCase());
    if (at < 0) {
      throw new BadOption(
        `The mapping says that ${name} is column ${JSON.stringify(column)};`,
        `the file has ${header.join(', ')}.`,
      );
    }
    columns.set(field, at);
  }
  if (!columns.has('title')) throw new BadOption('The mapping names no title;', 'add title=COLUMN.');
  return columns;
}
