import type { ClientBase } from 'pg';

/** The longest transaction that keeps views from being replaced, in words; null when none is longer than a moment. */
export async function inTheWay(client: ClientBase): Promise<string | null> {
  const { rows } = await client.query<{ pid: number; name: string; since: Date; relation: string }>(
    `select activity.pid, activity.application_name as name, activity.xact_start as since, class.relname as relation
     from pg_locks as held
     join pg_stat_activity as activity on activity.pid = held.pid and activity.backend_type = 'client backend'
     join pg_class as class on class.oid = held.relation and class.relnamespace in ('public'::regnamespace, 'store'::regnamespace)
     where held.granted and held.database = (select oid from pg_database where datname = current_database())
       and activity.application_name <> 'tickwave engine' and activity.pid <> pg_backend_pid()
       and activity.xact_start < clock_timestamp() - interval '250 ms'
     order by activity.xact_start, class.relname limit 1`,
  );
  const first = rows[0];
  if (!first) return null;
  return `database session ${first.pid} (${first.name || 'without a name'}) uses '${first.relation}' in a transaction since ${first.since.toISOString()}`;
}
