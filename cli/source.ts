/** Where trades come from while `start` runs. */
export interface Source {
  /** Said on the first line, as in "no live feed, showing the SIMULATED market". */
  readonly banner: string;
  /** For `status`. */
  readonly name: string;
  /** Lands trades until it has come to its end or the signal aborts; what was handed over is then stored. */
  run(signal: AbortSignal): Promise<void>;
  /** Trades landed so far. */
  landed(): number;
  /** What it is doing, for the status line. */
  doing(): string;
}
