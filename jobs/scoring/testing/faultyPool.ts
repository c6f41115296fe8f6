import type { Pool, PoolClient } from 'pg';

/** The process died here, as far as the database can tell. */
export class Died extends Error {}

/** Where it dies: `before` the statement reaches the database, or `after` it was carried out and before anybody hears of it. */
export type Moment = 'before' | 'after';

/**
 * Connections on which the n-th statement is the last: the session ends as it does when its process is killed, so what was not
 * committed is taken back by the database.
 *
 * @param statements how many statements are let through
 */
export function faultyPool(pool: Pool, statements: number, moment: Moment): Pool {
  let left = statements;
  let dead = false;
  const guarded = async (run: () => Promise<unknown>): Promise<unknown> => {
    if (dead) throw new Died('dead');
    if (left-- > 0) return run();
    dead = true;
    if (moment === 'after') await run();
    throw new Died(`died ${moment} a statement`);
  };
  const connect = async (): Promise<PoolClient> => {
    const client = await pool.connect();
    return new Proxy(client, {
      get: (target, name) => {
        if (name === 'query')
          return (...given: Parameters<PoolClient['query']>) => guarded(async () => target.query(...given));
        if (name === 'release') return (broken?: Error | boolean) => target.release(dead || broken);
        return Reflect.get(target, name);
      },
    });
  };
  const query = (...given: Parameters<Pool['query']>) => guarded(async () => pool.query(...given));
  return new Proxy(pool, {
    get: (target, name) =>
      name === 'query' ? query : name === 'connect' ? connect : Reflect.get(target, name),
  });
}
