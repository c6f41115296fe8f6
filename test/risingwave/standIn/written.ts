import type pg from 'pg';

/** What has to be in the database before anything is written. */
export const WRITTEN = `create table standin.written (relation oid);
create function standin.note_write() returns trigger language plpgsql as $$ begin
  insert into standin.written values (tg_relid);
  return null;
end $$;`;

/**
 * Which tables were written since the last look, as their writers' transactions said: what is seen here is committed, so whoever
 * reads the tables after the look reads it.
 */
export class Written {
  readonly #client: pg.Pool;

  constructor(client: pg.Pool) {
    this.#client = client;
  }

  /** Added to the statement that makes a table. */
  follow(table: string): string {
    return `create trigger note_write after insert or update or delete or truncate on ${table} for each statement execute function standin.note_write()`;
  }

  /** Names of the tables that were written, and of the materialized views that hang on them. */
  async take(): Promise<{ readonly tables: readonly string[]; readonly views: ReadonlySet<string> }> {
    const written = await this.#client.query<{ relation: number }>(
      'with taken as (delete from standin.written returning relation) select distinct relation from taken',
    );
    if (written.rows.length === 0) return { tables: [], views: new Set() };
    const { rows } = await this.#client.query<{ name: string; kind: string }>(AFFECTED, [
      written.rows.map(({ relation }) => relation),
    ]);
    const named = (wanted: string): string[] =>
      rows.filter(({ kind }) => kind === wanted).map(({ name }) => name);
    return { tables: named('r'), views: new Set(named('m')) };
  }
}

const AFFECTED = `with recursive affected (id) as (
  select unnest($1::oid[])
  union
  select rule.ev_class
  from affected
  join pg_depend as depend on depend.refclassid = 'pg_class'::regclass and depend.refobjid = affected.id and depend.classid = 'pg_rewrite'::regclass
  join pg_rewrite as rule on rule.oid = depend.objid
)
select relation.relname::text as name, relation.relkind::text as kind from affected join pg_class as relation on relation.oid = affected.id`;
