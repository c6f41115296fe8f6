import type { Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import type { Algorithms } from '../models/algorithms.ts';
import type { PromotionRules } from '../registry/promotion.ts';
import type { Registry } from '../registry/registry.ts';
import type { Market } from '../training/dataset/trainingRows.ts';
import type { TrainSettings } from '../training/settings.ts';
import type { Tape } from './tape.ts';

/** One question to a market: a horizon, and the markets that one model is trained for. */
export interface Study {
  /** Name of the model in the registry. */
  readonly name: string;
  readonly title: string;
  readonly markets: readonly Market[];
  /** Minutes ahead: 5, 15 or 60, as `labels` has them. */
  readonly horizonMinutes: number;
}

/** Everything that a demonstration works with. */
export interface DemoOptions {
  /** Connections as the owner of the database, three at least. */
  readonly pool: Pool;
  /** Brings every view up to date. */
  readonly refresh: () => Promise<unknown>;
  readonly registry: Registry;
  readonly algorithms: Algorithms;
  readonly clock: Clock;
  readonly tape: Tape;
  readonly studies: readonly Study[];
  /** How models are trained; the embargo is set to the horizon. */
  readonly settings: TrainSettings;
  readonly rules: PromotionRules;
  /** Share of the rows that is trained on; what comes later is replayed. */
  readonly trainShare: number;
  /** Minutes that are replayed at a time. */
  readonly stepMinutes: number;
  /** Of a row's time the time to show, ISO 8601: another one where bars were told as minutes. */
  readonly timeOf: (ms: number) => string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DemoProgress) => void;
  readonly say: (sentence: string) => void;
}

/** How far a stage of a demonstration has come: in rows of the tape, or in models. */
export interface DemoProgress {
  readonly stage: 'loading' | 'training' | 'replaying';
  readonly done: number;
  readonly total: number;
  /** What is being done. */
  readonly note: string;
}
