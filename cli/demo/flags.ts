import type { TrainSettings } from '../../jobs/training/settings.ts';

/** Hours of the simulated tape by standard. */
export const STANDARD_HOURS = 120;

/** The flags of `tickwave demo`, read. */
export interface DemoFlags {
  readonly candles?: readonly string[];
  readonly trades?: readonly string[];
  readonly exchange?: string;
  readonly symbol?: string;
  readonly map?: string;
  readonly barMinutes: number;
  readonly quiet: number;
  readonly horizon: string;
  readonly hours: number;
  readonly seed?: number;
  readonly trainShare: number;
  readonly algorithm: TrainSettings['algorithm'];
  readonly step: number;
  readonly out: string;
  readonly dataDir?: string;
  readonly json?: true;
}
