import type { TrainProgress } from '../training/train.ts';

/** How far a training is, from 0 to 1, and what it does, for people. Reading is done, which is the first twentieth. */
export function describeProgress(
  progress: TrainProgress,
  trials: number,
): { readonly share: number; readonly message: string } {
  switch (progress.stage) {
    case 'tuning': {
      const tried = new Set(progress.state.evaluations.map(({ trial }) => trial)).size - 1;
      const done = trials === 0 ? 1 : tried / trials;
      return {
        share: 0.05 + 0.45 * Math.min(1, done),
        message: `tuning, ${tried} of ${trials} sets of parameters`,
      };
    }
    case 'evaluating':
      return {
        share: 0.5 + (0.4 * progress.folds) / progress.of,
        message: `walking forward, fold ${progress.folds} of ${progress.of}`,
      };
    case 'fitting':
      return { share: 0.92, message: 'learning from all rows' };
  }
}
