import type { ClientBase } from 'pg';
import type { CatalogObject } from '../../engine/catalog/object.ts';
import { identifier } from '../../engine/postgres/compile/restrict.ts';
import type { Feed, ViewChanges } from '../../engine/postgres/feed.ts';

type Row = Readonly<Record<string, unknown>>;

/** A copy of one view, made of its change feed and nothing else. */
export class ViewCopy {
  readonly #view: CatalogObject;
  readonly #rows = new Map<string, Row>();
  #refresh = 0;

  constructor(view: CatalogObject) {
    this.#view = view;
  }

  /** Follows views from now on, beginning with what they hold. */
  static async follow(
    client: ClientBase,
    feed: Pick<Feed, 'subscribe'>,
    views: readonly CatalogObject[],
  ): Promise<ViewCopy[]> {
    const copies = views.map((view) => new ViewCopy(view));
    for (const [index, copy] of copies.entries()) {
      for (const row of await copy.#stored(client)) copy.#rows.set(copy.#idOf(row), row);
      feed.subscribe(views[index]?.name ?? '', (changes) => copy.apply(changes));
    }
    return copies;
  }

  /** Takes one refresh's changes over; throws when they contradict what came before. */
  apply({ refresh, view, changes }: ViewChanges): void {
    if (refresh <= this.#refresh) throw new Error(`${view}: refresh ${refresh} came after ${this.#refresh}`);
    this.#refresh = refresh;
    for (const { op, key, row } of changes) {
      const id = this.#idOf(key);
      const isThere = this.#rows.has(id);
      if ((op === 'insert') === isThere)
        throw new Error(`${view}: ${op} of ${id}, which is ${isThere ? '' : 'not '}there`);
      if (op === 'delete') this.#rows.delete(id);
      else if (row) this.#rows.set(id, row);
      else throw new Error(`${view}: ${op} of ${id} without its row`);
    }
  }

  /** What the copy and the view do not have in common; empty when they are equal. */
  async difference(client: ClientBase): Promise<string> {
    const stored = new Set((await this.#stored(client)).map((row) => JSON.stringify(row)));
    const copied = new Set([...this.#rows.values()].map((row) => JSON.stringify(row)));
    const missing = [...stored].filter((row) => !copied.has(row));
    const extra = [...copied].filter((row) => !stored.has(row));
    if (missing.length + extra.length === 0) return '';
    return `${this.#view.name}: the feed's copy lacks ${missing.length} rows and has ${extra.length} others: ${[...missing.slice(0, 2), ...extra.slice(0, 2)].join(' ')}`;
  }

  async #stored(client: ClientBase): Promise<readonly Row[]> {
    const columns = this.#view.columns.map((column) => identifier(column.name)).join(', ');
    return (await client.query<Row>(`select ${columns} from public.${identifier(this.#view.name)}`)).rows;
  }

  #idOf(row: Row): string {
    return JSON.stringify(this.#view.key.map((column) => row[column]));
  }
}
