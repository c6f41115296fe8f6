import { type ClientBase, DatabaseError } from 'pg';

/** PostgreSQL's word for a lock that somebody else keeps. */
export const LOCK_NOT_AVAILABLE = '55P03';

/** Takes public names for their replacement, and learns from attempts in which order that goes with how they are read. */
export class NameLocks {
  #order: readonly string[] = [];

  /** @throws DatabaseError `LOCK_NOT_AVAILABLE` with none of them taken, when readers are in the way */
  async take(client: ClientBase, names: readonly string[]): Promise<void> {
    const known = this.#order.filter((name) => names.includes(name));
    const order = [...known, ...names.filter((name) => !known.includes(name))];
    try {
      await client.query('select engine.lock_names($1)', [order]);
    } catch (error) {
      if (error instanceof DatabaseError && error.code === LOCK_NOT_AVAILABLE && error.detail)
        this.#order = JSON.parse(error.detail) as string[];
      throw error;
    }
  }
}
