import type { ClientBase } from 'pg';
import { trainingFeatures } from '../training/dataset/columns.ts';
import type { DatasetRequest } from '../training/dataset/request.ts';
import { taughtFeatures } from './calendar.ts';
import { NotEnoughRows } from './errors.ts';
import { findHistory, type MarketHistory } from './history.ts';
import type { RetrainRequest } from './request.ts';

/** How much of what is allowed is asked for when there is more: markets are not equally dense. */
const WITHIN = 0.95;

/**
 * Turns what a model is to learn from into the rows to read: the markets that have any, as much of the newest history as is
 * allowed, and the inputs that it is long enough to teach.
 *
 * @param asOf the moment of asking, milliseconds since the Unix epoch
 * @throws NotEnoughRows
 */
export async function selectRows(
  client: ClientBase,
  request: RetrainRequest,
  asOf: number,
): Promise<DatasetRequest> {
  const { horizonMinutes, until, mostRows } = request;
  const wanted = request.markets?.map(({ exchange, symbol }) => `${exchange} ${symbol}`) ?? null;
  const found = (await findHistory(client, request)).filter(
    ({ exchange, symbol }) => wanted === null || wanted.includes(`${exchange} ${symbol}`),
  );
  const rows = found.reduce((sum, market) => sum + market.rows, 0);
  if (rows < request.leastRows)
    throw new NotEnoughRows(
      `There are ${rows} minutes with complete features and a return over ${horizonMinutes} minutes, ${request.leastRows} are needed;`,
      'wait for more history, fetch it with `tickwave backfill` or `tickwave import`, or lower MODEL_LEAST_ROWS.',
    );
  const first = Math.min(...found.map(({ from }) => from));
  const last = Math.max(...found.map(({ to }) => to));
  const share = Math.min(1, (WITHIN * mostRows) / rows);
  const since = rows <= mostRows ? Math.max(first, request.since ?? first) : last - (last - first) * share;
  return {
    markets: found.map(({ exchange, symbol }: MarketHistory) => ({ exchange, symbol })),
    horizonMinutes,
    features: request.features ?? taughtFeatures(await trainingFeatures(client), last - since),
    since,
    until,
    asOf,
    mostRows,
  };
}
