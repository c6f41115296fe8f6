import pg from 'pg';
import type { Around } from '../risingwave/standIn/protocol.ts';

/** Between two barriers, as RisingWave has it by default. */
const EVERY_MS = 1000;

/** What reads rows that are stored: of the last barrier, and of no later moment. */
const READS =
  /^\s*(--[^\n]*\n\s*)*(select|with|delete)\b|^\s*insert into \w+ \([^)]*\) select (?!.*\bjsonb_array_elements\b)/i;

/**
 * The moments at which what was written becomes visible. On RisingWave nobody sees a row before the next barrier, not even who wrote
 * it, unless somebody asks for one by `flush`. Whoever reads here, in the one statement that it is, reads as of the last barrier.
 */
export class Barriers {
  readonly #client: pg.Client;
  readonly #everyMs: number;
  #snapshot = '';
  #at = 0;
  #turn: Promise<void>;

  constructor(url: string, everyMs: number = EVERY_MS) {
    this.#everyMs = everyMs;
    this.#client = new pg.Client({ connectionString: url, application_name: 'barriers' });
    this.#client.on('error', () => {});
    this.#turn = this.#begin();
    this.#turn.catch(() => {}); // Told by whoever asks next.
  }

  /** Makes visible what was written until now. */
  next(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#make());
    return this.#turn;
  }

  /** What has to be put around a statement. */
  readonly around = async (sql: string): Promise<Around | null> => {
    if (!READS.test(sql)) return null;
    await (Date.now() - this.#at > this.#everyMs ? this.next() : this.#turn);
    const mode = /^\s*(delete|insert)\b/i.test(sql) ? 'read write' : 'read only';
    return {
      before: `begin isolation level repeatable read ${mode}; set transaction snapshot '${this.#snapshot}'`,
      after: 'commit',
    };
  };

  async close(): Promise<void> {
    await this.#turn.catch(() => {});
    await this.#client.end();
  }

  async #begin(): Promise<void> {
    await this.#client.connect();
    // What it exports stays as long as it does, and is of a later moment each time.
    await this.#client.query('begin isolation level read committed');
    await this.#make();
  }

  async #make(): Promise<void> {
    const { rows } = await this.#client.query<{ snapshot: string }>(
      'select pg_export_snapshot() as snapshot',
    );
    this.#snapshot = rows[0]?.snapshot ?? '';
    this.#at = Date.now();
  }
}
