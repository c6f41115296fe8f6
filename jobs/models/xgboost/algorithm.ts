import type { Dataset } from '../dataset.ts';
import { checkFit } from '../fitOptions.ts';
import type { Located } from '../library/locate.ts';
import type { Algorithm, FitOptions, Fitted } from '../model.ts';
import { completeParameters, type Parameters } from '../parameters.ts';
import { jobOf } from '../training/job.ts';
import type { TrainingThreads } from '../training/threads.ts';
import { XgboostLibrary } from './library.ts';
import { XgboostModel } from './model.ts';
import { XGBOOST_PARAMETERS } from './parameters.ts';

/** Boosted trees by XGBoost's own library. */
export class XgboostAlgorithm implements Algorithm {
  readonly name = 'xgboost';
  readonly about = 'Boosted trees by XGBoost, trained by its official library.';
  readonly parameters = XGBOOST_PARAMETERS;
  readonly #library: XgboostLibrary;
  readonly #path: string;
  readonly #threads: TrainingThreads;

  private constructor(library: XgboostLibrary, path: string, threads: TrainingThreads) {
    this.#library = library;
    this.#path = path;
    this.#threads = threads;
  }

  /** @throws LibraryRefused when the library cannot be loaded */
  static async open({ path }: Located, threads: TrainingThreads): Promise<XgboostAlgorithm> {
    return new XgboostAlgorithm(await XgboostLibrary.open(path), path, threads);
  }

  async fit(dataset: Dataset, given: Parameters, options: FitOptions): Promise<Fitted> {
    checkFit(dataset, options);
    const parameters = completeParameters(XGBOOST_PARAMETERS, given);
    const job = jobOf(this.name, this.#path, dataset, parameters, options);
    const { model, report } = await this.#threads.train(job, options);
    return { model: this.load(model), report };
  }

  load(bytes: Uint8Array): XgboostModel {
    return XgboostModel.load(this.#library, bytes);
  }
}
