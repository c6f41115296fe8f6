import { LibraryFailed } from '../errors.ts';
import type { Control } from '../training/control.ts';
import type { Trained, TrainingJob } from '../training/job.ts';
import { checkMemoryNeeded, type Growing, growRounds } from '../training/rounds.ts';
import { Booster } from './booster.ts';
import { LightgbmLibrary } from './library.ts';
import { lightgbmSettings } from './parameters.ts';
import { BinnedRows } from './rows.ts';
import { writeTexts } from './texts.ts';

/** Trains with LightGBM in this thread. @throws TrainingCancelled, TrainingLimit, LibraryFailed, LibraryRefused */
export async function trainLightgbm(
  job: TrainingJob,
  control: Control,
  onRound: (rounds: number, loss: number | null) => void,
): Promise<Trained> {
  const library = await LightgbmLibrary.open(job.path);
  checkMemoryNeeded(job.training.matrix.values.length, job.limits.memoryLimitBytes);
  const settings = lightgbmSettings(job.parameters, job.objective, job.seed);
  const binning = settings[0] ?? '';
  const training = new BinnedRows(library, job.training, binning, null);
  const validation =
    job.validation === null ? null : new BinnedRows(library, job.validation, binning, training);
  const boosters = settings.map((goal) => Booster.create(library, goal, training, validation));
  try {
    const report = growRounds(together(boosters, validation !== null), job.limits, control, onRound);
    return { model: writeTexts(boosters.map((booster) => booster.save(report.kept))), report };
  } finally {
    for (const booster of boosters) booster.free();
    training.free();
    validation?.free();
  }
}

/** The boosters of all quantiles as one: their mean loss decides. */
function together(boosters: readonly Booster[], validated: boolean): Growing {
  return {
    grow: () => boosters.map((booster) => booster.grow()).includes(true),
    loss: () => {
      if (!validated) return null;
      const loss = boosters.reduce((sum, booster) => sum + booster.measure(), 0) / boosters.length;
      if (Number.isFinite(loss)) return loss;
      throw new LibraryFailed(
        `LightGBM measured ${loss} on the validation set;`,
        'look for extreme labels or weights.',
      );
    },
  };
}
