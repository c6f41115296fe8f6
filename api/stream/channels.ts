import type { ServedView } from '../catalog.ts';
import { Problem } from '../problem.ts';

/** What may be subscribed to. */
export const CHANNEL_NAMES = [
  'trade',
  'candle',
  'indicator',
  'feature',
  'prediction',
  'error',
  'alert',
] as const;
export type ChannelName = (typeof CHANNEL_NAMES)[number];

/** Channels that are of no market: there is one of each. */
export const COMMON_CHANNELS = ['alert'] as const satisfies readonly ChannelName[];
export type CommonChannel = (typeof COMMON_CHANNELS)[number];
export type MarketChannel = Exclude<ChannelName, CommonChannel>;

/** One channel: a table or view, row by row. That of markets has the columns `exchange` and `symbol`, and is followed one market at a time. */
export interface Channel {
  readonly name: ChannelName;
  readonly relation: ServedView;
  /**
   * `state`: a newer row of a key replaces the older one, so a slow client may be sent the newest only.
   * `events`: every row counts; one that is not sent is told of as a gap.
   */
  readonly kind: 'state' | 'events';
  /** Whether it is followed by market. */
  readonly markets: boolean;
  /** Whether it exists in several timeframes, in a column `timeframe`. */
  readonly timeframed: boolean;
  /** Columns that tell its rows apart within a market and timeframe. */
  readonly key: readonly string[];
  /** Columns that order its rows, the time first. */
  readonly order: readonly [string, ...string[]];
  /** Newest rows in a snapshot. */
  readonly snapshot: number;
  /** Newest rows kept, to know what was sent already and what is gone; at least as many as in a snapshot. */
  readonly kept: number;
  readonly about: string;
  /** Columns that hold JSON as text, which is sent as what it says. */
  readonly json?: readonly string[];
  /** What holds of rows that a snapshot has, where it has not all; none of these is forgotten for newer ones. */
  readonly open?: { readonly column: string; readonly value: string };
}

/** What tells predictions of a market apart, and the order in which they are made. */
const PREDICTION_KEY = ['window_start', 'horizon_minutes', 'model', 'version'] as const;

/** Every channel. A new one is an entry here. */
export const CHANNELS: readonly Channel[] = [
  {
    name: 'trade',
    relation: 'trades',
    kind: 'events',
    markets: true,
    timeframed: false,
    key: ['trade_id'],
    order: ['ts', 'trade_id'],
    snapshot: 50,
    kept: 2_000,
    about: 'Trades as they are stored: live ones and, when a hole is repaired, older ones',
  },
  {
    name: 'candle',
    relation: 'candles',
    kind: 'state',
    markets: true,
    timeframed: true,
    key: ['window_start'],
    order: ['window_start'],
    snapshot: 60,
    kept: 240,
    about: 'Candles, the open one included; a row is sent again whenever it changes',
  },
  {
    name: 'indicator',
    relation: 'indicators',
    kind: 'state',
    markets: true,
    timeframed: true,
    key: ['window_start'],
    order: ['window_start'],
    snapshot: 2,
    kept: 60,
    about: 'Indicators, one row a window',
  },
  {
    name: 'feature',
    relation: 'features',
    kind: 'state',
    markets: true,
    timeframed: false,
    key: ['window_start'],
    order: ['window_start'],
    snapshot: 2,
    kept: 60,
    about: 'What models see, one row a minute',
  },
  {
    name: 'prediction',
    relation: 'predictions',
    kind: 'events',
    markets: true,
    timeframed: false,
    key: PREDICTION_KEY,
    order: PREDICTION_KEY,
    snapshot: 50,
    kept: 500,
    about: 'Predictions as they are made',
    json: ['contributions'],
  },
  {
    name: 'error',
    relation: 'prediction_errors',
    kind: 'events',
    markets: true,
    timeframed: false,
    key: PREDICTION_KEY,
    order: PREDICTION_KEY,
    snapshot: 50,
    kept: 500,
    about: 'Predictions against what came true, when their horizon is over',
  },
  {
    name: 'alert',
    relation: 'alert_episodes',
    kind: 'state',
    markets: false,
    timeframed: false,
    key: ['rule', 'subject', 'episode'],
    order: ['since', 'rule', 'subject', 'episode'],
    snapshot: 1_000,
    kept: 1_000,
    about:
      'Alerts that fire, with their newest value, and again when they are resolved; the snapshot has those that fire',
    json: ['labels'],
    open: { column: 'state', value: 'firing' },
  },
];

/** The channel of a name. @throws Problem */
export function channelNamed(name: string): Channel {
  const found = CHANNELS.find((channel) => channel.name === name);
  if (found) return found;
  throw new Problem('bad_parameter', {
    detail: `There is no channel '${name.slice(0, 80)}'. There are ${CHANNEL_NAMES.join(', ')}`,
    field: 'channel',
    more: { allowed: CHANNEL_NAMES },
  });
}
