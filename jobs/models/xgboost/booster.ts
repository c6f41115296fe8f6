import { copyBytes, copyCounts, copyFloats } from '../library/native.ts';
import type { Matrix } from '../matrix.ts';
import type { Out, XgboostLibrary } from './library.ts';
import { Rows } from './rows.ts';

/** The formats of XGBoost's models; UBJ is binary JSON. */
export type XgboostFormat = 'json' | 'ubj';

/** What a prediction gives, of the library's `type` numbers. */
export const PREDICTION = { value: 0, margin: 1, contributions: 2 } as const;

/** Frees boosters that nobody holds any more. */
const forgotten = new FinalizationRegistry<{ readonly library: XgboostLibrary; readonly handle: bigint }>(
  ({ library, handle }) => library.call('XGBoosterFree', handle),
);

/** A booster inside the library: what is trained, asked and saved. */
export class Booster {
  readonly handle: bigint;
  readonly #library: XgboostLibrary;

  private constructor(library: XgboostLibrary, handle: bigint) {
    this.#library = library;
    this.handle = handle;
    forgotten.register(this, { library, handle }, this);
  }

  /** @param caches rows that it will be trained on or measured by, so that their margins are kept between rounds */
  static create(
    library: XgboostLibrary,
    settings: readonly (readonly [string, string])[],
    caches: readonly Rows[],
  ): Booster {
    const handles = caches.map((rows) => rows.handle);
    const handle = library.make((out) => library.call('XGBoosterCreate', handles, handles.length, out));
    const booster = new Booster(library, handle);
    // One thread: OpenMP's threads spin against each other on a busy machine.
    for (const [name, value] of [['nthread', '1'], ...settings] as const)
      library.call('XGBoosterSetParam', handle, name, value);
    return booster;
  }

  /** @throws LibraryFailed when the bytes are no model */
  static load(library: XgboostLibrary, bytes: Uint8Array): Booster {
    const booster = Booster.create(library, [], []);
    library.call('XGBoosterLoadModelFromBuffer', booster.handle, bytes, bytes.length);
    return booster;
  }

  /** Frees it now: what it holds is outside the reach of the garbage collector. It must not be used after. */
  free(): void {
    forgotten.unregister(this);
    this.#library.call('XGBoosterFree', this.handle);
  }

  /** Names that Python finds in the saved model. */
  nameFeatures(features: readonly string[]): void {
    this.#library.call(
      'XGBoosterSetStrFeatureInfo',
      this.handle,
      'feature_name',
      [...features],
      features.length,
    );
  }

  /** One round of training. */
  grow(round: number, rows: Rows): void {
    this.#library.call('XGBoosterUpdateOneIter', this.handle, round, rows.handle);
  }

  /** The metric on some rows, as the library writes it: `[3]<tab>validation-rmse:0.25`. */
  measure(round: number, rows: Rows): string {
    const text: Out<string | null> = [null];
    this.#library.call('XGBoosterEvalOneIter', this.handle, round, [rows.handle], ['validation'], 1, text);
    return text[0] ?? '';
  }

  /** The first rounds alone. Names of features are lost on the way and have to be given again. */
  firstRounds(rounds: number): Booster {
    const library = this.#library;
    return new Booster(
      library,
      library.make((out) => library.call('XGBoosterSlice', this.handle, 0, rounds, 1, out)),
    );
  }

  /** Predictions of one type for each row, in float32 as the library computes them. */
  predict(matrix: Matrix, type: (typeof PREDICTION)[keyof typeof PREDICTION]): Float32Array {
    if (matrix.rows === 0) return new Float32Array(0);
    const rows = new Rows(this.#library, matrix);
    try {
      const config = { type, training: false, iteration_begin: 0, iteration_end: 0, strict_shape: true };
      const shape: Out<bigint | null> = [null];
      const dimensions: Out<number> = [0];
      const values: Out<bigint | null> = [null];
      this.#library.call(
        'XGBoosterPredictFromDMatrix',
        this.handle,
        rows.handle,
        JSON.stringify(config),
        shape,
        dimensions,
        values,
      );
      const { native } = this.#library;
      const length = copyCounts(native, shape[0], Number(dimensions[0])).reduce((a, b) => a * b, 1);
      return copyFloats(native, values[0], length);
    } finally {
      rows.free();
    }
  }

  save(format: XgboostFormat): Uint8Array {
    const length: Out<number> = [0];
    const bytes: Out<bigint | null> = [null];
    const config = JSON.stringify({ format });
    this.#library.call('XGBoosterSaveModelToBuffer', this.handle, config, length, bytes);
    return copyBytes(this.#library.native, bytes[0], Number(length[0]));
  }
}
