import type { Dataset } from '../dataset.ts';
import { checkFit } from '../fitOptions.ts';
import type { Located } from '../library/locate.ts';
import type { Algorithm, FitOptions, Fitted } from '../model.ts';
import { completeParameters, type Parameters } from '../parameters.ts';
import { jobOf } from '../training/job.ts';
import type { TrainingThreads } from '../training/threads.ts';
import { LightgbmLibrary } from './library.ts';
import { LightgbmModel } from './model.ts';
import { LIGHTGBM_PARAMETERS } from './parameters.ts';

/** Boosted trees by LightGBM's own library. */
export class LightgbmAlgorithm implements Algorithm {
  readonly name = 'lightgbm';
  readonly about = 'Boosted trees by LightGBM, trained by its official library.';
  readonly parameters = LIGHTGBM_PARAMETERS;
  readonly #library: LightgbmLibrary;
  readonly #path: string;
  readonly #threads: TrainingThreads;

  private constructor(library: LightgbmLibrary, path: string, threads: TrainingThreads) {
    this.#library = library;
    this.#path = path;
    this.#threads = threads;
  }

  /** @throws LibraryRefused when the library cannot be loaded */
  static async open({ path }: Located, threads: TrainingThreads): Promise<LightgbmAlgorithm> {
    return new LightgbmAlgorithm(await LightgbmLibrary.open(path), path, threads);
  }

  async fit(dataset: Dataset, given: Parameters, options: FitOptions): Promise<Fitted> {
    checkFit(dataset, options);
    const parameters = completeParameters(LIGHTGBM_PARAMETERS, given);
    const job = jobOf(this.name, this.#path, dataset, parameters, options);
    const { model, report } = await this.#threads.train(job, options);
    return { model: this.load(model), report };
  }

  load(bytes: Uint8Array): LightgbmModel {
    return LightgbmModel.load(this.#library, bytes);
  }
}
