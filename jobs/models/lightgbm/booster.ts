import type { Matrix } from '../matrix.ts';
import type { LightgbmLibrary, Out } from './library.ts';
import { type BinnedRows, FLOAT32 } from './rows.ts';

/** What a prediction gives, of the library's numbers. */
export const PREDICTION = { value: 0, contributions: 3 } as const;

/** The library's number for importance by gain. */
const GAIN = 1;

/** Frees boosters that nobody holds any more. */
const forgotten = new FinalizationRegistry<{ readonly library: LightgbmLibrary; readonly handle: bigint }>(
  ({ library, handle }) => library.call('LGBM_BoosterFree', handle),
);

/** A booster inside the library: what is trained, asked and saved. */
export class Booster {
  readonly #library: LightgbmLibrary;
  readonly #handle: bigint;

  private constructor(library: LightgbmLibrary, handle: bigint) {
    this.#library = library;
    this.#handle = handle;
    forgotten.register(this, { library, handle }, this);
  }

  static create(
    library: LightgbmLibrary,
    settings: string,
    training: BinnedRows,
    validation: BinnedRows | null,
  ): Booster {
    const handle = library.make((out) => library.call('LGBM_BoosterCreate', training.handle, settings, out));
    if (validation !== null) library.call('LGBM_BoosterAddValidData', handle, validation.handle);
    return new Booster(library, handle);
  }

  /** @throws LibraryFailed when the text is no model */
  static load(library: LightgbmLibrary, text: string): Booster {
    const handle = library.make((out) => library.call('LGBM_BoosterLoadModelFromString', text, [0], out));
    return new Booster(library, handle);
  }

  /** Frees it now: what it holds is outside the reach of the garbage collector. It must not be used after. */
  free(): void {
    forgotten.unregister(this);
    this.#library.call('LGBM_BoosterFree', this.#handle);
  }

  /** One round of training; false when no tree could be split. */
  grow(): boolean {
    const finished: Out<number> = [0];
    this.#library.call('LGBM_BoosterUpdateOneIter', this.#handle, finished);
    return finished[0] === 0;
  }

  /** The metric on the validation set. */
  measure(): number {
    const losses = new Float64Array(1);
    this.#library.call('LGBM_BoosterGetEval', this.#handle, 1, [0], losses);
    return losses[0] ?? Number.NaN;
  }

  /** Predictions of one type: `width` numbers a row. */
  predict(matrix: Matrix, type: (typeof PREDICTION)[keyof typeof PREDICTION], width: number): Float64Array {
    const into = new Float64Array(matrix.rows * width);
    if (matrix.rows === 0) return into;
    const { values, rows, features } = matrix;
    const length: Out<number> = [0];
    const settings = 'num_threads=1 verbosity=-1';
    const ask = 'LGBM_BoosterPredictForMat';
    this.#library.call(
      ask,
      this.#handle,
      values,
      FLOAT32,
      rows,
      features.length,
      1,
      type,
      0,
      -1,
      settings,
      length,
      into,
    );
    return into;
  }

  /** What the splits on each feature saved of the loss, summed over all trees. */
  gains(features: number): Float64Array {
    const amounts = new Float64Array(features);
    this.#library.call('LGBM_BoosterFeatureImportance', this.#handle, -1, GAIN, amounts);
    return amounts;
  }

  /** The text of its first rounds; all of them when `rounds` is 0. */
  save(rounds: number): string {
    const length: Out<number> = [0];
    const write = (text: Uint8Array): void =>
      this.#library.call(
        'LGBM_BoosterSaveModelToString',
        this.#handle,
        0,
        rounds,
        GAIN,
        text.length,
        length,
        text,
      );
    write(new Uint8Array(1));
    const text = new Uint8Array(Number(length[0]));
    write(text);
    // It ends with a zero byte, as texts in C do.
    return new TextDecoder().decode(text.subarray(0, text.length - 1));
  }
}
