import type pg from 'pg';
import { toPostgres } from '../../../engine/postgres/compile/dialect.ts';
import { checkDialect } from '../../../engine/risingwave/dialect.ts';
import { parseStatements, printSelect } from '../../../engine/sql/parse.ts';
import { pick, selectOf } from '../../../engine/sql/tree.ts';
import { Refreshes } from './refreshes.ts';
import { Subscriptions } from './subscriptions.ts';
import { Tables } from './tables.ts';
import { sinkOptions, TopicSink } from './topicSink.ts';
import { TopicTable } from './topicTable.ts';

const NOTHING = 'select 1 where false';
const VERSION = "'PostgreSQL 13.14.0-RisingWave-2.8.5 (stand-in, not RisingWave)'";

/**
 * Makes of what RisingWave would be sent what PostgreSQL does nearly the same for. It is here to see the suite itself at work, and
 * says NOTHING about RisingWave: that views are right there, only a run on a real one tells.
 */
export class StandInDialect {
  readonly #client: pg.Pool;
  readonly #tables = new Tables();
  readonly #topics: TopicTable[] = [];
  readonly #sinks = new Map<string, TopicSink>();
  readonly #made = new Set<string>();
  readonly #refreshes: Refreshes;
  #turn: Promise<unknown> = Promise.resolve();
  readonly subscriptions: Subscriptions;

  /** @param client connections of its own to the database behind it */
  constructor(client: pg.Pool) {
    this.#client = client;
    this.subscriptions = new Subscriptions(client);
    this.#refreshes = new Refreshes(client, this.subscriptions);
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

  /** One after the other: whoever flushes while another flush runs waits for it, and no view goes away under it. */
  #inTurn(work: () => Promise<string>): Promise<string> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  async #translate(sql: string, session: number): Promise<string> {
    const text = sql.trim().toLowerCase().replace(/\s+/g, ' ');
    const word = (pattern: RegExp): string[] | null => pattern.exec(text)?.slice(1) ?? null;
    if (/^select version\(\)/.test(text)) return sql.replace(/version\(\)/i, VERSION);
    if (/^(set (background_ddl|rw_implicit_flush|streaming_use_snapshot_backfill)\b|wait$|grant )/.test(text))
      return NOTHING;
    if (text === 'flush') return this.#inTurn(() => this.#flush());
    const sink = word(/^create sink (\w+) from (\w+)/);
    if (sink) return this.#inTurn(() => this.#sink(sql, sink[0] ?? '', sink[1] ?? ''));
    const routine = word(/^create (aggregate|function) (\w+)/);
    if (routine) return this.#note(routine.join(' '));
    const subscription = word(/^create subscription (\w+) from (\w+)/);
    if (subscription)
      return this.#inTurn(async () => {
        await this.subscriptions.create(subscription[0] ?? '', subscription[1] ?? '');
        return NOTHING;
      });
    const cursor = word(/^declare \w+ subscription cursor for (\w+) since (\S+)$/);
    if (cursor) {
      await this.subscriptions.declare(session, cursor[0] ?? '', cursor[1] ?? '');
      return NOTHING;
    }
    const unsubscribe = word(/^drop subscription (\w+)$/);
    if (unsubscribe)
      return this.#inTurn(async () => {
        await this.subscriptions.drop(unsubscribe[0] ?? '');
        return NOTHING;
      });
    const dropped = word(/^drop (materialized view|view|aggregate|sink) (\w+)$/);
    if (dropped) return this.#inTurn(() => this.#drop(dropped[0] ?? '', dropped[1] ?? ''));
    const swap = word(/^alter (materialized view|view) (\w+) swap with (\w+)$/);
    if (swap) return this.#inTurn(() => this.#swap(swap[0] ?? '', swap[1] ?? '', swap[2] ?? ''));
    const fetch = word(/^fetch (\d+) from \w+ with \(timeout = '(\d+)s'\)$/);
    if (fetch) return this.subscriptions.fetch(session, Number(fetch[0]), Number(fetch[1]));
    if (/^create table\b/.test(text)) return this.#table(sql);
    if (/^create (materialized )?view\b/.test(text)) return this.#view(sql);
    const insert = word(/^insert into (\w+)/);
    if (insert) return `${sql}${this.#tables.conflict(insert[0] ?? '')}`;
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
      const sink = this.#sinks.get(name);
      this.#sinks.delete(name);
      await sink?.stop();
      if (sink) await this.subscriptions.drop(sink.subscription);
      return NOTHING;
    }
    const subscription = this.subscriptions.of(name);
    if (subscription !== null) throw new Error(`subscription ${subscription} depends on ${name}`);
    await this.#client.query(`drop ${kind} ${name}`);
    this.#refreshes.remove(name);
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

  /** A table with a topic is made at once, for its topic is read from then on. */
  async #table(sql: string): Promise<string> {
    const { name, statement, topic } = this.#tables.add(sql);
    const both = `${statement}; ${this.#refreshes.written.follow(name)}`;
    if (topic === null) return both;
    const reading = await TopicTable.open(this.#client, topic.table, topic.brokers);
    this.#topics.push(reading);
    await this.#client.query(both);
    reading.begin();
    return NOTHING;
  }

  async #sink(sql: string, name: string, relation: string): Promise<string> {
    const subscription = `sink_${name}`;
    this.#note(`sink ${name}`);
    const sink = await TopicSink.open(this.#client, subscription, sinkOptions(sql));
    await this.subscriptions.create(subscription, relation, 'all');
    this.#sinks.set(name, sink);
    this.#refreshes.tell(relation);
    return NOTHING;
  }

  #view(sql: string): string {
    const tree = parseStatements(sql)[0];
    const plain = pick(tree, 'ViewStmt');
    const stored = pick(tree, 'CreateTableAsStmt');
    const query = selectOf(plain?.query ?? stored?.query);
    const name = plain?.view?.relname ?? stored?.into?.rel?.relname ?? '';
    if (!query) throw new Error(`no query in ${sql.slice(0, 60)}`);
    if (stored) this.#refreshes.add(name);
    return `create ${stored ? 'materialized ' : ''}view ${name} as ${printSelect(toPostgres(query, null))}`;
  }

  async #flush(): Promise<string> {
    await this.#refreshes.flush(this.#sinks.values());
    return NOTHING;
  }

  /** Ends what reads and writes topics. */
  async stop(): Promise<void> {
    await this.#turn;
    for (const topic of this.#topics) await topic.stop();
    for (const sink of this.#sinks.values()) await sink.stop();
  }
}
