import { LibraryFailed } from '../errors.ts';
import type { Control } from '../training/control.ts';
import type { Trained, TrainingJob } from '../training/job.ts';
import { checkMemoryNeeded, growRounds } from '../training/rounds.ts';
import { Booster } from './booster.ts';
import { XgboostLibrary } from './library.ts';
import { xgboostSettings } from './parameters.ts';
import { Rows } from './rows.ts';

/** Trains with XGBoost in this thread. @throws TrainingCancelled, TrainingLimit, LibraryFailed, LibraryRefused */
export async function trainXgboost(
  job: TrainingJob,
  control: Control,
  onRound: (rounds: number, loss: number | null) => void,
): Promise<Trained> {
  const library = await XgboostLibrary.open(job.path);
  checkMemoryNeeded(job.training.matrix.values.length, job.limits.memoryLimitBytes);
  const training = Rows.ofDataset(library, job.training);
  const validation = job.validation === null ? null : Rows.ofDataset(library, job.validation);
  const settings = xgboostSettings(job.parameters, job.objective, job.seed);
  const caches = validation === null ? [training] : [training, validation];
  const booster = Booster.create(library, settings, caches);
  try {
    const growing = {
      grow: (round: number): boolean => {
        booster.grow(round, training);
        return true;
      },
      loss: (round: number): number | null =>
        validation === null ? null : readLoss(booster.measure(round, validation)),
    };
    const report = growRounds(growing, job.limits, control, onRound);
    const kept = report.kept < report.rounds ? booster.firstRounds(report.kept) : booster;
    kept.nameFeatures(job.training.matrix.features);
    return { model: kept.save('json'), report };
  } finally {
    booster.free();
    training.free();
    validation?.free();
  }
}

/** The number in `[3]<tab>validation-rmse:0.25`. */
function readLoss(text: string): number {
  const loss = Number(/:([^:\s]+)\s*$/.exec(text)?.[1]);
  if (Number.isFinite(loss)) return loss;
  throw new LibraryFailed(
    `XGBoost measured ${JSON.stringify(text)} on the validation set;`,
    'look for extreme labels or weights.',
  );
}
