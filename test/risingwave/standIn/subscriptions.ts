import type pg from 'pg';

/** What the stand-in has for RisingWave's subscriptions: a table of changes each, filled by comparing at every flush. */
export class Subscriptions {
  readonly #client: pg.Client | pg.Pool;
  readonly #relations = new Map<string, string>();
  readonly #cursors = new Map<number, { readonly name: string; at: number }>();
  readonly #waiting = new Set<() => void>();
  #moment = Date.now();

  constructor(client: pg.Client | pg.Pool) {
    this.#client = client;
  }

  /** @param from what is there is told too, or only what changes */
  async create(name: string, relation: string, from: 'all' | 'now' = 'now'): Promise<void> {
    if (this.#relations.has(name)) throw new Error(`subscription with name ${name} exists`);
    await this.#client.query(
      `create table standin.copy_${name} as table ${relation}${from === 'all' ? ' with no data' : ''};
       create table standin.changes_${name} as select 0::bigint as seq, ''::text as op, ''::text as rw_timestamp, t.* from ${relation} t with no data`,
    );
    this.#relations.set(name, relation);
  }

  async drop(name: string): Promise<void> {
    if (!this.#relations.delete(name)) throw new Error(`subscription ${name} not found`);
    await this.#client.query(`drop table standin.copy_${name}, standin.changes_${name}`);
  }

  /** Subscriptions stay with what they were made on, whatever it is called. */
  swap(one: string, other: string): void {
    for (const [name, relation] of this.#relations) {
      if (relation === one) this.#relations.set(name, other);
      if (relation === other) this.#relations.set(name, one);
    }
  }

  /** Of what is to be dropped. */
  of(relation: string): string | null {
    return [...this.#relations].find(([, followed]) => followed === relation)?.[0] ?? null;
  }

  /** Notes what changed since the last call. @param written relations that may have: without it, any */
  async note(written?: ReadonlySet<string>): Promise<void> {
    const at = ++this.#moment;
    for (const [name, relation] of this.#relations) {
      if (written?.has(relation) === false) continue;
      const copy = `standin.copy_${name}`;
      await this.#client.query(
        `insert into standin.changes_${name}
           select (select coalesce(max(seq), 0) from standin.changes_${name}) + row_number() over (order by changed.which), changed.op, '${at}', (changed.r).*
           from (select 1 as which, 'Delete' as op, gone as r from (table ${copy} except all table ${relation}) as gone
                 union all select 2, 'Insert', come from (table ${relation} except all table ${copy}) as come) as changed`,
      );
      await this.#client.query(`delete from ${copy}; insert into ${copy} table ${relation}`);
    }
    for (const wake of this.#waiting) wake();
  }

  async declare(session: number, name: string, since: string): Promise<void> {
    if (!this.#relations.has(name)) throw new Error(`subscription ${name} not found`);
    const after = /^\d+$/.test(since)
      ? `rw_timestamp::bigint <= ${since}`
      : since === 'begin()'
        ? 'false'
        : 'true';
    const { rows } = await this.#client.query<{ at: string }>(
      `select coalesce(max(seq), 0) as at from standin.changes_${name} where ${after}`,
    );
    this.#cursors.set(session, { name, at: Number(rows[0]?.at ?? 0) });
  }

  /** The statement that gives the next rows, once there are some or the time is over. */
  async fetch(session: number, count: number, seconds: number): Promise<string> {
    const cursor = this.#cursors.get(session);
    if (!cursor) throw new Error('no such cursor');
    const { name, at } = cursor;
    for (const until = Date.now() + seconds * 1000; ; ) {
      const noted = this.#noted(until - Date.now());
      const { rows } = await this.#client.query<{ to: string | null }>(
        `select max(seq) as to from (select seq from standin.changes_${name} where seq > ${at} order by seq limit ${count}) as next`,
      );
      const to = rows[0]?.to ?? null;
      if (to !== null) {
        cursor.at = Number(to);
        return `select * from standin.changes_${name} where seq > ${at} and seq <= ${to} order by seq`;
      }
      if (!(await noted)) return `select * from standin.changes_${name} where false`;
    }
  }

  /** Waits for the next `note`; false when the time was over before. */
  #noted(milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (noted: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve(noted);
      };
      const wake = (): void => end(true);
      const timer = setTimeout(() => end(false), Math.max(0, milliseconds));
      timer.unref();
      this.#waiting.add(wake);
    });
  }
}
