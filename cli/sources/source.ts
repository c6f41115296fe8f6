import type { FeedsReport } from '../../api/schemas/feeds.ts';
import type { MarketName } from '../../config/groups/feed.ts';

/** Where trades come from while `start` or `connect` runs. */
export interface Source {
  /** Said on the first line, as in "no exchange answers, showing the SIMULATED market". */
  readonly banner: string;
  /** For `status`. */
  readonly name: string;
  /** Lands trades until it has come to its end or the signal aborts; what was handed over is then stored. */
  run(signal: AbortSignal): Promise<void>;
  /** Trades landed so far. */
  landed(): number;
  /** What it is doing, for the status line. */
  doing(): string;
  /** The same for the API and for `status`. */
  report(): FeedsReport;
  /**
   * Begins or ends following a market while it runs; absent where markets are given. A restart goes on with it.
   * @throws UsageError when its exchange is not fed
   */
  follow?(market: MarketName, wanted: boolean): void;
}

/** What a source without live markets reports. */
export function plainReport(kind: FeedsReport['kind'], detail: string): FeedsReport {
  return { kind, detail, markets: [], news: null, kafka: null };
}
