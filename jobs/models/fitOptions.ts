import { checkDataset, checkValidation, type Dataset } from './dataset.ts';
import { BadParameter, TrainingCancelled } from './errors.ts';
import type { FitOptions } from './model.ts';
import { checkObjective } from './objective.ts';

/** Rounds of one training at most. */
export const MOST_ROUNDS = 100_000;

/** @throws BadParameter, BadDataset, WrongFeatures, TrainingCancelled before anything is trained. */
export function checkFit(dataset: Dataset, options: FitOptions): void {
  checkObjective(options.objective);
  checkWhole('rounds', options.rounds, MOST_ROUNDS);
  if (options.patience !== null) checkWhole('patience', options.patience, MOST_ROUNDS);
  checkWhole('seed', options.seed, 2 ** 31 - 1, 0);
  if (options.timeLimitMs !== undefined) checkWhole('timeLimitMs', options.timeLimitMs, 2 ** 31 - 1);
  if (options.memoryLimitBytes !== undefined)
    checkWhole('memoryLimitBytes', options.memoryLimitBytes, Number.MAX_SAFE_INTEGER);
  checkDataset(dataset, options.objective, 'training set');
  if (options.validation !== undefined) checkValidation(options.validation, dataset, options.objective);
  if (options.signal?.aborted === true) throw cancelled();
}

/** What a caller gets who called training off. */
export function cancelled(): TrainingCancelled {
  return new TrainingCancelled(
    'Training was called off;',
    'nothing was kept: start it again if it is wanted.',
  );
}

function checkWhole(name: string, value: number, high: number, low = 1): void {
  if (!Number.isInteger(value) || value < low || value > high)
    throw new BadParameter(`${name} is ${value};`, `give a whole number from ${low} to ${high}.`);
}
