import { expiryOf } from '../registry/registeredModel.ts';
import type { ServingModel } from './roster.ts';
import type { Progress } from './store.ts';
import type { DueMarket, MarketRange } from './windows.ts';

const MINUTE = 60_000;
/** Windows that are read and predicted in one transaction at most, unless more markets than that close at once. */
const MOST_WINDOWS = 2000;

/** How far back scoring goes. */
export interface Limits {
  /** Minutes that are predicted late at most. */
  readonly catchUpMinutes: number;
  /** How long training data is good for, in milliseconds of event time. */
  readonly expiryMs: number;
}

/** One piece of work: what to read, and how far each model is after it. */
export interface Piece {
  readonly ranges: readonly MarketRange[];
  readonly progress: readonly Progress[];
  /** The last closed minute of each market, by `marketKey`. */
  readonly closed: ReadonlyMap<string, Pick<DueMarket, 'closed' | 'arrived'>>;
  /** Minutes that are too old to be caught up, over all markets and models. */
  readonly leftOut: number;
}

/** Key of a market in maps. */
export function marketKey({
  exchange,
  symbol,
}: {
  readonly exchange: string;
  readonly symbol: string;
}): string {
  return JSON.stringify([exchange, symbol]);
}

/**
 * Minutes that a model predicts of a market, from `from` on and before `to`; null when there are none. None are predicted that
 * were over when the model came into service, that it was trained on, or whose return overlaps one that it was trained on.
 */
export function dueRange(
  due: DueMarket,
  { registered, bundle }: ServingModel,
  { catchUpMinutes }: Limits,
): { readonly from: number; readonly to: number; readonly leftOut: number } | null {
  const { markets } = bundle.description;
  if (markets !== null && !markets.some((market) => marketKey(market) === marketKey(due))) return null;
  const unseen = Date.parse(registered.trainedTo) + registered.horizonMinutes * MINUTE;
  const next = Math.max(due.scored ?? due.starts ?? unseen, unseen);
  // The minute that has just closed is not being caught up.
  const oldest = due.closed - (catchUpMinutes + 1) * MINUTE;
  const from = Math.max(next, oldest);
  if (from >= due.closed) return null;
  // A market without a row has no past with this model that could be missed.
  const leftOut = due.scored === null ? 0 : Math.max(0, from - next) / MINUTE;
  return { from, to: due.closed, leftOut };
}

/** The oldest piece of what is due; null when nothing is. */
export function nextPiece(
  due: readonly DueMarket[],
  models: readonly ServingModel[],
  limits: Limits,
): Piece | null {
  const byName = new Map(
    models.map((model) => [`${model.registered.name}/${model.registered.version}`, model]),
  );
  const items = due.flatMap((market) => {
    const model = byName.get(`${market.model}/${market.version}`);
    const range = model === undefined ? null : dueRange(market, model, limits);
    return range === null ? [] : [{ market, ...range }];
  });
  if (items.length === 0) return null;
  const start = Math.min(...items.map(({ from }) => from));
  const markets = new Set(items.map(({ market }) => marketKey(market))).size;
  const end = start + Math.max(1, Math.floor(MOST_WINDOWS / markets)) * MINUTE;
  const now = items.filter(({ from }) => from < end);
  const ranges = new Map<string, MarketRange>();
  for (const { market, from, to } of now) {
    const { exchange, symbol } = market;
    const before = ranges.get(marketKey(market));
    ranges.set(marketKey(market), {
      ...{ exchange, symbol },
      from: Math.min(from, before?.from ?? from),
      to: Math.min(end, to),
    });
  }
  return {
    ranges: [...ranges.values()],
    progress: now.map(({ market, from, to }) => {
      const { model, version, exchange, symbol } = market;
      return { model, version, exchange, symbol, from, to: Math.min(end, to) };
    }),
    closed: new Map(now.map(({ market }) => [marketKey(market), market])),
    leftOut: now.reduce((sum, { leftOut }) => sum + leftOut, 0),
  };
}

/** Whether the model's training data is too old for a minute. */
export function hasExpired({ registered }: ServingModel, start: number, { expiryMs }: Limits): boolean {
  return start >= expiryOf(registered, expiryMs);
}
