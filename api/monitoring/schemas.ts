import { z } from 'zod';
import {
  cursorParameter,
  fieldsParameter,
  limitParameter,
  moment,
  orderParameter,
} from '../schemas/common.ts';
import { KINDS, type KindName, kindOf } from './kind.ts';

const store = z
  .enum(['tables', 'elasticsearch'])
  .describe('Who answered: the index, or the tables when it is away, incomplete or does not go back so far');
const time = z.iso.datetime({ offset: true });
const share = z.number().nullable();

/** A page of records. */
export function recordsOf(row: z.ZodType): z.ZodType {
  return z.object({
    store,
    data: z.array(row),
    next_cursor: z.string().nullable().describe('Give it as cursor for the next page; null on the last one'),
  });
}

/** The parameters that a kind's records are found by. */
export function filtersOf(kind: KindName): z.ZodRawShape {
  return Object.fromEntries(Object.entries(kindOf(kind).filters).map(([name, { schema }]) => [name, schema]));
}

/** What a kind's records may be asked for. */
export function recordsQuery(kind: KindName): z.ZodObject {
  const [{ name }] = kindOf(kind).key;
  return z.strictObject({
    ...filtersOf(kind),
    from: moment.optional().describe(`First ${name}, inclusive: ISO 8601 with zone, or a day`),
    to: moment.optional().describe(`${name} to stop before: ISO 8601 with zone, or a day`),
    order: orderParameter.describe(`By ${name}: desc begins with the newest`),
    limit: limitParameter,
    cursor: cursorParameter,
    fields: fieldsParameter,
  });
}

const range = {
  from: moment.describe('First time, inclusive: ISO 8601 with zone, or a day'),
  to: moment.optional().describe('Time to stop before: ISO 8601 with zone, or a day; default: now'),
};
const interval = {
  interval: z
    .enum(['1h', '1d'], { error: 'expected 1h or 1d' })
    .default('1h')
    .describe('Time that a point covers'),
};

/** What skill over time may be asked for. */
export const skillQuery = z.strictObject({ ...filtersOf('accuracy'), ...range, ...interval });

/** Skill over time. */
export const skillAnswer = z.object({
  store,
  data: z.array(
    z.object({
      start: time,
      predictions: z.int(),
      mae: share.describe('Mean absolute error of the log return'),
      persistence_mae: share.describe('The same for the persistence baseline'),
      skill: share.describe(
        "Share of the baseline's error that the models take away, below 0 when they add to it",
      ),
      directional_accuracy: share.describe('Share of moves whose direction was right'),
      interval_coverage: share.describe('Share of intervals that held the realised price'),
    }),
  ),
});

/** What the percentiles of errors may be asked for. */
export const percentilesQuery = z.strictObject({ ...filtersOf('errors'), ...range });

/** Percentiles of errors. */
export const percentilesAnswer = z.object({
  store,
  count: z.int().describe('Predictions whose horizon is over'),
  percentiles: z
    .array(z.object({ percent: z.number(), error: z.number().nullable() }))
    .describe('Predicted less realised price, in quote currency; approximate when the index answers'),
});

/** Rows of accuracy are sums already. */
const COUNTED = (Object.keys(KINDS) as KindName[]).filter((kind) => kind !== 'accuracy');

/** What counts may be asked for. */
export const countsQuery = z.strictObject({
  kind: z
    .enum(COUNTED, { error: `expected ${COUNTED.slice(0, -1).join(', ')} or ${COUNTED.at(-1)}` })
    .describe('What is counted'),
  ...range,
  ...interval,
});

/** Records by interval. */
export const countsAnswer = z.object({ store, data: z.array(z.object({ start: time, count: z.int() })) });
