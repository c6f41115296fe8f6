/** A market that has data. */
export interface Market {
  readonly exchange: string;
  readonly symbol: string;
  readonly base_asset?: string;
  readonly event_time: string | null;
}

/** A window's candle. Exact numbers are text, as the API sends them. */
export interface Candle {
  readonly window_start: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
}

export interface Prediction {
  readonly window_start: string;
  readonly horizon_minutes: number;
  readonly model: string;
  readonly version: number;
  readonly base_price: string | null;
  readonly predicted_price: string | null;
  readonly lower_price: string | null;
  readonly upper_price: string | null;
  readonly interval_level: number | null;
  readonly direction_probability: number | null;
}

/** How good a model was in an hour. */
export interface Accuracy {
  readonly hour: string;
  readonly model: string;
  readonly version: number;
  readonly predictions: number;
  readonly mae: number | null;
  readonly persistence_mae: number | null;
  readonly skill: number | null;
  readonly directional_accuracy: number | null;
  readonly interval_coverage: number | null;
}

export interface Calibration {
  readonly event: string;
  readonly tenth: number;
  readonly predictions: number;
  readonly probability: number | null;
  readonly share: number | null;
}

export interface Model {
  readonly name: string;
  readonly version: number;
  readonly alias: string | null;
  readonly algorithm: string;
  readonly horizon_minutes: number;
  readonly created_at: string;
}

export interface Promotion {
  readonly name: string;
  readonly version: number;
  readonly action: string;
  /** What the version is from then on. */
  readonly alias: string | null;
  readonly reasons: unknown;
  readonly decided_at: string;
}

export interface Story {
  readonly id: string;
  readonly source: string;
  readonly title: string;
  readonly url: string | null;
  readonly received_at: string;
}

export interface Score {
  readonly news_id: string;
  readonly asset: string;
  readonly score: number | null;
}

/** Epoch seconds of a time, as charts count. */
export function seconds(text: string): number {
  return Math.floor(Date.parse(text) / 1_000);
}
