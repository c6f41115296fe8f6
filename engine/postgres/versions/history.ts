import type { ClientBase } from 'pg';
import type { VersionHistory } from '../../versions/versions.ts';
import { lastDeployment } from './deployments.ts';

const MOST = 100;

/** The last versions, the newest first. */
export async function readHistory(client: ClientBase): Promise<VersionHistory[]> {
  if ((await lastDeployment(client)) === null) return [];
  const { rows } = await client.query<VersionHistory>(
    `select id, state, owner || '@' || host as by, changed_at as "changedAt", plan->>'class' as class, message,
      (select coalesce(json_agg(json_build_object('at', at, 'event', event, 'by', by, 'detail', detail) order by events.id), '[]')
       from engine.deployment_events as events where events.deployment = deployments.id) as events,
      (select coalesce(json_agg(json_build_object('view', view, 'audit', audit, 'passed', passed, 'detail', detail) order by audits.id), '[]')
       from engine.audits as audits where audits.deployment = deployments.id) as audits
     from engine.deployments as deployments order by id desc limit ${MOST}`,
  );
  return rows;
}
