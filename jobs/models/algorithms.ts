import { PersistenceAlgorithm } from './baselines/persistence.ts';
import { RidgeAlgorithm } from './baselines/ridge.ts';
import { ModelError } from './errors.ts';
import { LIGHTGBM, type NativeLibrary, XGBOOST } from './library/library.ts';
import { type Located, locateLibrary } from './library/locate.ts';
import type { LibraryPlaces } from './library/places.ts';
import { LightgbmAlgorithm } from './lightgbm/algorithm.ts';
import type { Algorithm, AlgorithmName } from './model.ts';
import { TrainingThreads } from './training/threads.ts';
import { XgboostAlgorithm } from './xgboost/algorithm.ts';

/** An algorithm that cannot be used here, and what to do about it. */
export interface Unavailable {
  readonly name: AlgorithmName;
  readonly reason: string;
  readonly remedy: string;
}

/** What can be trained and loaded on this machine. */
export interface Algorithms {
  /** By name; persistence and ridge are always there. */
  readonly available: ReadonlyMap<AlgorithmName, Algorithm>;
  /** Empty when all are there. Say it to people: the baselines alone predict worse. */
  readonly unavailable: readonly Unavailable[];
  /** Ends the training threads. */
  close(): Promise<void>;
}

/**
 * Finds the native libraries and opens what can be used; never fails for want of one.
 *
 * @param threads trainings at a time; each takes a core
 * @example
 * const { available, unavailable } = await availableAlgorithms(placesOf(process.env), 1);
 */
export async function availableAlgorithms(places: LibraryPlaces, threads: number): Promise<Algorithms> {
  const pool = new TrainingThreads(threads);
  const available = new Map<AlgorithmName, Algorithm>();
  const unavailable: Unavailable[] = [];
  for (const baseline of [new PersistenceAlgorithm(), new RidgeAlgorithm()])
    available.set(baseline.name, baseline);
  for (const library of [XGBOOST, LIGHTGBM])
    try {
      available.set(library.name, await open(library, await locateLibrary(library, places), pool));
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      unavailable.push({ name: library.name, reason: error.message, remedy: error.remedy });
    }
  return { available, unavailable, close: () => pool.close() };
}

function open({ name }: NativeLibrary, located: Located, pool: TrainingThreads): Promise<Algorithm> {
  return name === 'xgboost' ? XgboostAlgorithm.open(located, pool) : LightgbmAlgorithm.open(located, pool);
}
