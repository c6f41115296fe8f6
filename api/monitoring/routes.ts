import type { Clock } from '../context.ts';
import type { Route } from '../route.ts';
import { ChosenStore, type MonitoringIndex } from './choose.ts';
import { KINDS, type KindName } from './kind.ts';
import { recordsRoute } from './records.ts';
import { summaryRoutes } from './summaries.ts';

/**
 * The paths of monitoring, for `ApiOptions.routes`.
 *
 * @param index null where there is no Elasticsearch
 */
export function monitoringRoutes(index: MonitoringIndex | null, clock: Clock): readonly Route[] {
  const chosen = new ChosenStore(index, clock);
  const kinds = Object.keys(KINDS) as KindName[];
  return [...kinds.map((kind) => recordsRoute(kind, chosen)), ...summaryRoutes(chosen)];
}
