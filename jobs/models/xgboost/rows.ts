import type { Dataset } from '../dataset.ts';
import type { Matrix } from '../matrix.ts';
import type { XgboostLibrary } from './library.ts';

/** Rows as the library keeps them (a DMatrix); it has its own copy. */
export class Rows {
  readonly handle: bigint;
  readonly #library: XgboostLibrary;

  constructor(library: XgboostLibrary, { features, rows, values }: Matrix) {
    this.#library = library;
    this.handle = library.make((out) =>
      library.call('XGDMatrixCreateFromMat_omp', values, rows, features.length, Number.NaN, out, 1),
    );
    library.call('XGDMatrixSetStrFeatureInfo', this.handle, 'feature_name', [...features], features.length);
  }

  /** With labels and weights. */
  static ofDataset(library: XgboostLibrary, { matrix, labels, weights }: Dataset): Rows {
    const rows = new Rows(library, matrix);
    library.call('XGDMatrixSetFloatInfo', rows.handle, 'label', Float32Array.from(labels), labels.length);
    if (weights !== null)
      library.call(
        'XGDMatrixSetFloatInfo',
        rows.handle,
        'weight',
        Float32Array.from(weights),
        weights.length,
      );
    return rows;
  }

  free(): void {
    this.#library.call('XGDMatrixFree', this.handle);
  }
}
