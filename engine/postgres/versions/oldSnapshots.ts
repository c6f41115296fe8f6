import type { ClientBase } from 'pg';

/**
 * Transactions that still read as things were before a version was complete: by its names they would find views half built. In words,
 * or null when there are none.
 */
export async function oldSnapshots(client: ClientBase, id: number): Promise<string | null> {
  const { rows } = await client.query<{ pid: number; name: string; since: Date }>(
    `select activity.pid, activity.application_name as name, activity.xact_start as since
     from engine.deployments as deployment
     join pg_stat_activity as activity on activity.datname = current_database() and activity.backend_type = 'client backend'
     where deployment.id = $1 and activity.pid <> pg_backend_pid() and activity.backend_xmin is not null
       and age(activity.backend_xmin) >= age(deployment.complete_since::xid) and activity.xact_start < deployment.changed_at
     order by activity.xact_start limit 1`,
    [id],
  );
  const first = rows[0];
  if (!first) return null;
  return `database session ${first.pid} (${first.name || 'without a name'}) reads as of ${first.since.toISOString()}, before the version was complete`;
}
