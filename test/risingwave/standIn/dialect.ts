import type pg from 'pg';
import { readStatement } from '../../../engine/catalog/statement.ts';
import { toPostgres } from '../../../engine/postgres/compile/dialect.ts';
import { checkDialect } from '../../../engine/risingwave/dialect.ts';
import { parseStatements, printSelect } from '../../../engine/sql/parse.ts';
import { pick, selectOf, textOf } from '../../../engine/sql/tree.ts';
import { Subscriptions } from './subscriptions.ts';

const NOTHING = 'select 1 where false';

interface Table {
  readonly columns: readonly string[];
  readonly key: readonly string[];
  readonly keepsFirst: boolean;
}

/**
 * Makes of what RisingWave would be sent what PostgreSQL does nearly the same for. It is here to see the suite itself at work, and
 * says NOTHING about RisingWave: that views are right there, only a run on a real one tells.
 */
export class StandInDialect {
  readonly #client: pg.Client;
  readonly #tables = new Map<string, Table>();
  readonly #views = new Set<string>();
  readonly #made = new Set<string>();
  readonly subscriptions: Subscriptions;

  /** @param client a connection of its own to the database behind it */
  constructor(client: pg.Client) {
    this.#client = client;
    this.subscriptions = new Subscriptions(client);
  }

  /** Statements are refused by what the checker of RisingWave's dialect rejects. */
  async translate(sql: string, session: number): Promise<string> {
    const refused = checkDialect(sql).filter(({ grade }) => grade === 'rejected');
    try {
      if (refused.length > 0) throw new Error(refused.map(({ message }) => message).join('; '));
      return await this.#translate(sql, session);
    } catch (error) {
      const text = (error as Error).message.replaceAll("'", "''").replaceAll('%', '%%');
      return `do $refuse$ begin raise exception '${text}'; end $refuse$`;
    }
  }

  async #translate(sql: string, session: number): Promise<string> {
    const text = sql.trim().toLowerCase().replace(/\s+/g, ' ');
    const word = (pattern: RegExp): string[] | null => pattern.exec(text)?.slice(1) ?? null;
    if (/^select version\(\)/.test(text))
      return "select 'PostgreSQL 13.14.0-RisingWave-2.8.5 (stand-in, not RisingWave)' as version";
    if (/^(set (background_ddl|rw_implicit_flush|streaming_use_snapshot_backfill)\b|wait$|grant )/.test(text))
      return NOTHING;
    if (text === 'flush') return this.#flush();
    const routine = word(/^create (aggregate|function|sink) (\w+)/);
    if (routine) return this.#note(routine.join(' '));
    const subscription = word(/^create subscription (\w+) from (\w+)/);
    if (subscription) {
      await this.subscriptions.create(subscription[0] ?? '', subscription[1] ?? '');
      return NOTHING;
    }
    const cursor = word(/^declare \w+ subscription cursor for (\w+) since (\S+)$/);
    if (cursor) {
      await this.subscriptions.declare(session, cursor[0] ?? '', cursor[1] ?? '');
      return NOTHING;
    }
    const unsubscribe = word(/^drop subscription (\w+)$/);
    if (unsubscribe) {
      await this.subscriptions.drop(unsubscribe[0] ?? '');
      return NOTHING;
    }
    const dropped = word(/^drop (materialized view|view|aggregate|sink) (\w+)$/);
    if (dropped) return this.#drop(dropped[0] ?? '', dropped[1] ?? '');
    const swap = word(/^alter (materialized view|view) (\w+) swap with (\w+)$/);
    if (swap) return this.#swap(swap[0] ?? '', swap[1] ?? '', swap[2] ?? '');
    const fetch = word(/^fetch (\d+) from \w+ with \(timeout = '(\d+)s'\)$/);
    if (fetch) return this.subscriptions.fetch(session, Number(fetch[0]), Number(fetch[1]));
    if (/^create table\b/.test(text)) return this.#table(sql);
    if (/^create (materialized )?view\b/.test(text)) return this.#view(sql);
    const insert = word(/^insert into (\w+)/);
    if (insert) return `${sql}${this.#conflict(insert[0] ?? '')}`;
    return sql;
  }

  #note(what: string): string {
    if (this.#made.has(what)) throw new Error(`${what} exists`);
    this.#made.add(what);
    return NOTHING;
  }

  /** Nothing is dropped that something depends on, subscriptions included. */
  async #drop(kind: string, name: string): Promise<string> {
    if (kind === 'aggregate' || kind === 'sink') {
      if (!this.#made.delete(`${kind} ${name}`)) throw new Error(`${kind} ${name} not found`);
      return NOTHING;
    }
    const subscription = this.subscriptions.of(name);
    if (subscription !== null) throw new Error(`subscription ${subscription} depends on ${name}`);
    await this.#client.query(`drop ${kind} ${name}`);
    this.#views.delete(name);
    return NOTHING;
  }

  /** Names change, and what depends on either stays with it: as it is on RisingWave. */
  async #swap(kind: string, one: string, other: string): Promise<string> {
    await this.#client.query(
      `alter ${kind} ${one} rename to standin_swap; alter ${kind} ${other} rename to ${one}; alter ${kind} standin_swap rename to ${other}`,
    );
    this.subscriptions.swap(one, other);
    return NOTHING;
  }

  #table(sql: string): string {
    const { parsable, keepsFirst } = readStatement(sql);
    const table = pick(parseStatements(parsable)[0], 'CreateStmt');
    const constraint = (table?.tableElts ?? [])
      .map((item) => pick(item, 'Constraint'))
      .find((item) => item?.keys);
    this.#tables.set(table?.relation?.relname ?? '', {
      columns: (table?.tableElts ?? []).flatMap((item) => pick(item, 'ColumnDef')?.colname ?? []),
      key: (constraint?.keys ?? []).map(textOf),
      keepsFirst,
    });
    return parsable;
  }

  #view(sql: string): string {
    const tree = parseStatements(sql)[0];
    const plain = pick(tree, 'ViewStmt');
    const stored = pick(tree, 'CreateTableAsStmt');
    const query = selectOf(plain?.query ?? stored?.query);
    const name = plain?.view?.relname ?? stored?.into?.rel?.relname ?? '';
    if (!query) throw new Error(`no query in ${sql.slice(0, 60)}`);
    if (stored) this.#views.add(name);
    return `create ${stored ? 'materialized ' : ''}view ${name} as ${printSelect(toPostgres(query, null))}`;
  }

  #conflict(name: string): string {
    const table = this.#tables.get(name);
    if (!table || table.key.length === 0) return '';
    const rest = table.columns.filter((column) => !table.key.includes(column));
    if (table.keepsFirst || rest.length === 0) return ' on conflict do nothing';
    return ` on conflict (${table.key.join(', ')}) do update set ${rest.map((column) => `${column} = excluded.${column}`).join(', ')}`;
  }

  async #flush(): Promise<string> {
    for (const table of this.#tables.keys()) await this.#client.query(`analyze ${table}`);
    for (const view of this.#views)
      await this.#client.query(`refresh materialized view ${view}; analyze ${view}`);
    await this.subscriptions.note();
    return NOTHING;
  }
}
