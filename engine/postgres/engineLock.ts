import type { ClientBase, Pool } from 'pg';

/** Key of the advisory lock that the one writer of views holds. */
const LOCK = 0x7469636b;

/** Another process keeps the views of this database up to date. */
export class EngineBusyError extends Error {
  override readonly name = 'EngineBusyError';
}

/** The session of an engine. */
export interface EngineSession {
  readonly pid: number;
  readonly since: string;
  /** Milliseconds since it began the transaction that it is in, or did anything at all; null where that may not be seen. */
  readonly quietMs: number | null;
}

/** The engine that keeps the views of this database; null when none does. */
export async function findEngine(client: ClientBase | Pool): Promise<EngineSession | null> {
  const { rows } = await client.query<EngineSession>(
    `select activity.pid, activity.backend_start::text as since,
       (extract(epoch from clock_timestamp() - coalesce(activity.xact_start, activity.state_change)) * 1000)::float8 as "quietMs"
     from pg_locks join pg_stat_activity as activity using (pid)
     where locktype = 'advisory' and objid = $1 and granted and pg_locks.database = (select oid from pg_database where datname = current_database())`,
    [LOCK],
  );
  return rows[0] ?? null;
}

/** Makes this session the one that writes views, until it ends. @throws EngineBusyError */
export async function takeEngineLock(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [LOCK]);
  if (rows[0]?.taken) return;
  const who = await findEngine(client);
  throw new EngineBusyError(
    `another engine keeps these views up to date${who ? ` (database session ${who.pid}, since ${who.since})` : ''}; stop it first, or use another data folder`,
  );
}
