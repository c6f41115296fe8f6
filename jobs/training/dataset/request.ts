import { BadParameter } from '../../models/errors.ts';
import type { Market } from './trainingRows.ts';

/** Markets of one dataset at most. */
export const MOST_MARKETS = 200;
/** Rows that are read by standard at most: about a year of one market. */
export const STANDARD_MOST_ROWS = 500_000;

/** Which rows of `training_set` to read. */
export interface DatasetRequest {
  readonly markets: readonly Market[];
  /** How many minutes ahead: one horizon a model. */
  readonly horizonMinutes: number;
  /** Names of columns of `training_set`, in the order the model takes them; null for all its inputs. */
  readonly features: readonly string[] | null;
  /** First minute, milliseconds since the Unix epoch; null for the beginning. */
  readonly since: number | null;
  /** Minutes before this one, milliseconds since the Unix epoch; null for no end. */
  readonly until: number | null;
  /** The moment, milliseconds since the Unix epoch: returns that were not over by then are left out. */
  readonly asOf: number;
  /** More rows are refused. */
  readonly mostRows: number;
}

/** @throws BadParameter */
export function checkRequest(request: DatasetRequest): void {
  const { markets, horizonMinutes, features, since, until, asOf, mostRows } = request;
  if (markets.length === 0 || markets.length > MOST_MARKETS)
    throw new BadParameter(`${markets.length} markets are asked for;`, `ask for 1 to ${MOST_MARKETS}.`);
  const names = markets.map(({ exchange, symbol }) => `${exchange} ${symbol}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new BadParameter(`The market ${twice} is named twice;`, 'name it once.');
  if (!Number.isInteger(horizonMinutes) || horizonMinutes < 1)
    throw new BadParameter(`horizonMinutes is ${horizonMinutes};`, 'give a whole number from 1 on.');
  if (features?.length === 0)
    throw new BadParameter('No feature is named;', 'name some, or give null for all.');
  const times = [since, until, asOf].filter((time) => time !== null);
  const bad = times.find((time) => !Number.isFinite(time) || Math.abs(time) > 8.64e15);
  if (bad !== undefined)
    throw new BadParameter(`${bad} is no time;`, 'give milliseconds since the Unix epoch.');
  if (since !== null && until !== null && since >= until)
    throw new BadParameter(
      `The range is from ${new Date(since).toISOString()} to ${new Date(until).toISOString()};`,
      'let it end after it begins.',
    );
  if (!Number.isInteger(mostRows) || mostRows < 1)
    throw new BadParameter(`mostRows is ${mostRows};`, 'give a whole number from 1 on.');
}
