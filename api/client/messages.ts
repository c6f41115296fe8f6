import type { ChannelName, MarketChannel } from '../stream/channels.ts';

/** What every row has. The columns are what the SQL says; those that Tickwave's own views always have are named in `RowOf`. */
export interface MarketRow {
  readonly exchange: string;
  readonly symbol: string;
  readonly [column: string]: unknown;
}

/** A row of a window. Times are ISO 8601 in UTC, exact numbers are text. */
export interface WindowRow extends MarketRow {
  readonly window_start: string;
}

export interface TradeRow extends MarketRow {
  readonly trade_id: number;
  readonly ts: string;
  readonly price: string;
  readonly quantity: string;
  readonly side: string;
}

export interface CandleRow extends WindowRow {
  readonly timeframe: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly trades: number | null;
}

export interface IndicatorRow extends WindowRow {
  readonly timeframe: string;
}

export interface PredictionRow extends WindowRow {
  readonly horizon_minutes: number;
  readonly model: string;
  readonly version: number;
}

/** An alert: `state` is firing or resolved, `labels` say what it is about. */
export interface AlertRow {
  readonly rule: string;
  readonly subject: string;
  readonly episode: number;
  readonly severity: string;
  readonly state: 'firing' | 'resolved';
  readonly value: number | null;
  readonly threshold: number;
  readonly labels: unknown;
  readonly since: string;
  readonly fired_at: string;
  readonly resolved_at: string | null;
}

interface Rows {
  readonly trade: TradeRow;
  readonly candle: CandleRow;
  readonly indicator: IndicatorRow;
  readonly feature: WindowRow;
  readonly prediction: PredictionRow;
  readonly error: PredictionRow;
  readonly alert: AlertRow;
}

/** A row of a channel. */
export type RowOf<C extends ChannelName> = Rows[C];

/** What is followed: alerts are of no market. */
export type Subscription<C extends ChannelName> = C extends MarketChannel
  ? MarketSubscription<C>
  : { readonly channel: C; readonly snapshot?: boolean };

/** A channel of a market. */
export interface MarketSubscription<C extends MarketChannel> {
  readonly channel: C;
  /** As BTC/USD. */
  readonly symbol: string;
  /** Needed where several exchanges have the symbol. */
  readonly exchange?: string;
  /** For candle and indicator; 1m when left out. */
  readonly timeframe?: string;
  /** Whether the newest rows come first; they do when it is left out. */
  readonly snapshot?: boolean;
}

/** What a listener is told. */
export type StreamEvent<C extends ChannelName> =
  | { readonly type: 'snapshot' | 'update'; readonly data: readonly RowOf<C>[] }
  /** Rows that are no more, by their keys. */
  | { readonly type: 'delete'; readonly data: readonly Readonly<Record<string, unknown>>[] }
  /** Rows that were not sent; null when it is not known how many. */
  | {
      readonly type: 'gap';
      readonly data: readonly { readonly [column: string]: unknown; readonly dropped: number | null }[];
    };
