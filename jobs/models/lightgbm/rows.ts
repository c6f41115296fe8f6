import type { Dataset } from '../dataset.ts';
import type { LightgbmLibrary } from './library.ts';

/** The library's number for float32. */
export const FLOAT32 = 0;

/** Labelled rows as the library keeps them, binned; it has its own copy. */
export class BinnedRows {
  readonly handle: bigint;
  readonly #library: LightgbmLibrary;

  /** @param reference rows whose bins are taken: the training set's, for a validation set */
  constructor(
    library: LightgbmLibrary,
    { matrix, labels, weights }: Dataset,
    settings: string,
    reference: BinnedRows | null,
  ) {
    this.#library = library;
    const { features, rows, values } = matrix;
    this.handle = library.make((out) =>
      library.call(
        'LGBM_DatasetCreateFromMat',
        values,
        FLOAT32,
        rows,
        features.length,
        1,
        settings,
        reference?.handle ?? null,
        out,
      ),
    );
    library.call('LGBM_DatasetSetFeatureNames', this.handle, [...features], features.length);
    this.#set('label', Float32Array.from(labels));
    if (weights !== null) this.#set('weight', Float32Array.from(weights));
  }

  #set(field: string, values: Float32Array): void {
    this.#library.call('LGBM_DatasetSetField', this.handle, field, values, values.length, FLOAT32);
  }

  free(): void {
    this.#library.call('LGBM_DatasetFree', this.handle);
  }
}
