import type { Dataset } from '../dataset.ts';
import type { NativeLibrary } from '../library/library.ts';
import type { FitOptions, FitReport } from '../model.ts';
import type { Objective } from '../objective.ts';
import type { Parameters } from '../parameters.ts';
import type { RoundLimits } from './rounds.ts';

/** One training, as it goes to the thread that does it. */
export interface TrainingJob {
  readonly library: NativeLibrary['name'];
  /** The file to load. */
  readonly path: string;
  readonly training: Dataset;
  readonly validation: Dataset | null;
  readonly objective: Objective;
  /** Complete, under Tickwave's names. */
  readonly parameters: Parameters;
  readonly seed: number;
  readonly limits: RoundLimits;
}

/** A training as its caller asked for it, with complete parameters. */
export function jobOf(
  library: NativeLibrary['name'],
  path: string,
  training: Dataset,
  parameters: Parameters,
  options: FitOptions,
): TrainingJob {
  const { validation = null, objective, seed, rounds, patience, memoryLimitBytes = null } = options;
  const limits = { rounds, patience, memoryLimitBytes };
  return { library, path, training, validation, objective, parameters, seed, limits };
}

/** What a training gives back. */
export interface Trained {
  /** The model, in the format that the algorithm loads. */
  readonly model: Uint8Array;
  readonly report: FitReport;
}

/** What the thread is asked. */
export interface TrainingRequest {
  readonly job: TrainingJob;
  /** Of a `Control`. */
  readonly control: SharedArrayBuffer;
  /** Whether to tell of each round. */
  readonly rounds: boolean;
}

/** What the thread answers; errors lose their class on the way between threads. */
export type TrainingAnswer =
  | { readonly kind: 'round'; readonly rounds: number; readonly loss: number | null }
  | { readonly kind: 'trained'; readonly trained: Trained }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly remedy: string };
