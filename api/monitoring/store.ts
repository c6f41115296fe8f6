import type { Row } from '../columns.ts';
import type { KindName } from './kind.ts';

/** Where monitoring is read from. */
export type StoreName = 'tables' | 'elasticsearch';

/** Which records: of a kind, in a range of time, with certain values. */
export interface Selection {
  readonly kind: KindName;
  /** First time, inclusive, and time to stop before: ISO 8601 in UTC. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Values that columns have to have. */
  readonly equal: Readonly<Record<string, string | number | boolean>>;
}

/** Which records, and which page of them. */
export interface Search extends Selection {
  readonly order: 'asc' | 'desc';
  /** Rows at most. */
  readonly limit: number;
  /** Values of the key's columns behind which to begin. */
  readonly after?: readonly (string | number)[] | undefined;
}

/** How much time a point of a summary covers. */
export type Interval = '1h' | '1d';

/** Sums over the accuracy of an hour or a day; ratios are made from them in one place. */
export interface AccuracySums {
  /** Start of the interval: ISO 8601 in UTC. */
  readonly start: string;
  readonly predictions: number;
  readonly absoluteError: number;
  readonly persistenceAbsoluteError: number;
  readonly moves: number;
  readonly directionHits: number;
  readonly intervals: number;
  readonly intervalHits: number;
}

/** How many records an hour or a day has. */
export interface Count {
  readonly start: string;
  readonly count: number;
}

/** Percentiles of the errors, in quote currency. */
export interface Percentiles {
  readonly count: number;
  /** By percent, in the order that was asked for; null without errors. */
  readonly values: readonly (number | null)[];
}

/**
 * Monitoring as it can be asked for. The implementations give the same answers, but that percentiles are approximate in
 * Elasticsearch, and that it is some seconds behind.
 */
export interface MonitoringStore {
  readonly name: StoreName;
  /** Rows with all their columns as they are sent: decimals as text, times as ISO text. */
  search(search: Search): Promise<readonly Row[]>;
  /** Accuracy by interval, the oldest first; intervals without any are left out. */
  accuracy(selection: Selection, interval: Interval): Promise<readonly AccuracySums[]>;
  errorPercentiles(selection: Selection, percents: readonly number[]): Promise<Percentiles>;
  counts(selection: Selection, interval: Interval): Promise<readonly Count[]>;
}
