import { z } from 'zod';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { answeredBy, STORE_HEADER } from './answered.ts';
import type { ChosenStore } from './choose.ts';
import { selectionOf } from './records.ts';
import {
  countsAnswer,
  countsQuery,
  percentilesAnswer,
  percentilesQuery,
  skillAnswer,
  skillQuery,
} from './schemas.ts';
import type { AccuracySums, Interval } from './store.ts';
import { TablesStore } from './tablesStore.ts';

const PERCENTS = [1, 5, 25, 50, 75, 95, 99];
const HOURS: Readonly<Record<Interval, number>> = { '1h': 1, '1d': 24 };
/** Points of one answer. */
const MOST_POINTS = 2_500;

/** The routes of summaries. */
export function summaryRoutes(chosen: ChosenStore): readonly Route[] {
  return [skill(chosen), percentiles(chosen), counts(chosen)];
}

const params = z.strictObject({});
const problems = ['bad_parameter', 'unknown_parameter'] as const;

function skill(chosen: ChosenStore): Route {
  return route({
    path: '/v1/monitoring/skill',
    id: 'getSkillOverTime',
    summary: 'Skill over time',
    description:
      'Errors and hits of the models that are asked for, added up hour by hour or day by day, against persistence. Errors are those of the log return, so that markets can be added up.',
    params,
    query: skillQuery,
    answer: async () => skillAnswer,
    headers: STORE_HEADER,
    problems,
    handle: async (_params, query, context) => {
      const selection = bounded('accuracy', query, context, query.interval);
      const { store, value } = await chosen.ask(tablesOf(context), selection, context.logger, (from) =>
        from.accuracy(selection, query.interval),
      );
      return answeredBy(store, { data: value.map(pointOf) });
    },
  });
}

function pointOf(sums: AccuracySums) {
  const { absoluteError, persistenceAbsoluteError } = sums;
  const by = (sum: number, count: number): number | null => (count === 0 ? null : sum / count);
  const left = by(absoluteError, persistenceAbsoluteError);
  return {
    start: sums.start,
    predictions: sums.predictions,
    mae: by(absoluteError, sums.predictions),
    persistence_mae: by(persistenceAbsoluteError, sums.predictions),
    skill: left === null ? null : 1 - left,
    directional_accuracy: by(sums.directionHits, sums.moves),
    interval_coverage: by(sums.intervalHits, sums.intervals),
  };
}

function percentiles(chosen: ChosenStore): Route {
  return route({
    path: '/v1/monitoring/error-percentiles',
    id: 'getErrorPercentiles',
    summary: 'How large errors are',
    description: `Percentiles ${PERCENTS.join(', ')} of predicted less realised price. Ask for one market: prices of several have nothing to do with each other.`,
    params,
    query: percentilesQuery,
    answer: async () => percentilesAnswer,
    headers: STORE_HEADER,
    problems,
    handle: async (_params, query, context) => {
      const selection = bounded('errors', query, context, null);
      const { store, value } = await chosen.ask(tablesOf(context), selection, context.logger, (from) =>
        from.errorPercentiles(selection, PERCENTS),
      );
      const found = PERCENTS.map((percent, index) => ({ percent, error: value.values[index] ?? null }));
      return answeredBy(store, { count: value.count, percentiles: found });
    },
  });
}

function counts(chosen: ChosenStore): Route {
  return route({
    path: '/v1/monitoring/counts',
    id: 'getMonitoringCounts',
    summary: 'How many records there are, by hour or day',
    description:
      'An hour without predictions is one in which nothing predicted. Hours without any are left out.',
    params,
    query: countsQuery,
    answer: async () => countsAnswer,
    headers: STORE_HEADER,
    problems,
    handle: async (_params, query, context) => {
      const selection = bounded(query.kind, query, context, query.interval);
      const { store, value } = await chosen.ask(tablesOf(context), selection, context.logger, (from) =>
        from.counts(selection, query.interval),
      );
      return answeredBy(store, { data: value });
    },
  });
}

function tablesOf({ db, catalog }: Context): TablesStore {
  return new TablesStore(db, catalog);
}

interface Ranged extends Readonly<Record<string, unknown>> {
  readonly from: string;
  readonly to?: string | undefined;
}

/** A selection that ends, and has no more points than can be drawn. */
function bounded(
  kind: Parameters<typeof selectionOf>[0],
  query: Ranged,
  { clock }: Context,
  interval: Interval | null,
) {
  const to = query.to ?? new Date(clock.now()).toISOString();
  const hours = (Date.parse(to) - Date.parse(query.from)) / 3_600_000;
  if (interval !== null && hours / HOURS[interval] > MOST_POINTS) {
    throw new Problem('bad_parameter', {
      detail: `From ${query.from} to ${to} there are more than ${MOST_POINTS} points of ${interval}: ask for a shorter range or longer intervals`,
      field: 'from',
    });
  }
  return selectionOf(kind, { ...query, to });
}
