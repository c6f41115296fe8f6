import { LibraryFailed } from '../errors.ts';
import { type Address, loadNative, type Native } from '../library/native.ts';

/** What a call puts a result into. */
export type Out<Value> = [Value];

type Handle = bigint;
type Column = Float32Array;

/** The part of LightGBM's C API that is used (LightGBM/c_api.h); each returns 0 or says why not by `LGBM_GetLastError`. */
interface Calls {
  readonly LGBM_DatasetCreateFromMat: (
    values: Column,
    type: number,
    rows: number,
    columns: number,
    rowMajor: number,
    settings: string,
    reference: Handle | null,
    dataset: Out<Address>,
  ) => number;
  readonly LGBM_DatasetSetField: (
    dataset: Handle,
    field: string,
    values: Column,
    length: number,
    type: number,
  ) => number;
  readonly LGBM_DatasetSetFeatureNames: (dataset: Handle, names: string[], length: number) => number;
  readonly LGBM_DatasetFree: (dataset: Handle) => number;
  readonly LGBM_BoosterCreate: (dataset: Handle, settings: string, booster: Out<Address>) => number;
  readonly LGBM_BoosterFree: (booster: Handle) => number;
  readonly LGBM_BoosterAddValidData: (booster: Handle, dataset: Handle) => number;
  readonly LGBM_BoosterUpdateOneIter: (booster: Handle, finished: Out<number>) => number;
  readonly LGBM_BoosterGetEval: (
    booster: Handle,
    dataset: number,
    length: Out<number>,
    losses: Float64Array,
  ) => number;
  readonly LGBM_BoosterSaveModelToString: (
    booster: Handle,
    first: number,
    rounds: number,
    importance: number,
    room: number,
    length: Out<number>,
    text: Uint8Array,
  ) => number;
  readonly LGBM_BoosterLoadModelFromString: (
    text: string,
    rounds: Out<number>,
    booster: Out<Address>,
  ) => number;
  readonly LGBM_BoosterPredictForMat: (
    booster: Handle,
    values: Column,
    type: number,
    rows: number,
    columns: number,
    rowMajor: number,
    prediction: number,
    first: number,
    rounds: number,
    settings: string,
    length: Out<number>,
    predictions: Float64Array,
  ) => number;
  readonly LGBM_BoosterFeatureImportance: (
    booster: Handle,
    rounds: number,
    type: number,
    amounts: Float64Array,
  ) => number;
}

const SIGNATURES: Readonly<Record<keyof Calls, string>> = {
  LGBM_DatasetCreateFromMat:
    '(const void *values, int type, int32_t rows, int32_t columns, int row_major, const char *settings, void *reference, _Out_ void **dataset)',
  LGBM_DatasetSetField: '(void *dataset, const char *field, const void *values, int length, int type)',
  LGBM_DatasetSetFeatureNames: '(void *dataset, const char **names, int length)',
  LGBM_DatasetFree: '(void *dataset)',
  LGBM_BoosterCreate: '(void *dataset, const char *settings, _Out_ void **booster)',
  LGBM_BoosterFree: '(void *booster)',
  LGBM_BoosterAddValidData: '(void *booster, void *dataset)',
  LGBM_BoosterUpdateOneIter: '(void *booster, _Out_ int *finished)',
  LGBM_BoosterGetEval: '(void *booster, int dataset, _Out_ int *length, void *losses)',
  LGBM_BoosterSaveModelToString:
    '(void *booster, int first, int rounds, int importance, int64_t room, _Out_ int64_t *length, void *text)',
  LGBM_BoosterLoadModelFromString: '(const char *text, _Out_ int *rounds, _Out_ void **booster)',
  LGBM_BoosterPredictForMat:
    '(void *booster, const void *values, int type, int32_t rows, int32_t columns, int row_major, int prediction, int first, int rounds, const char *settings, _Out_ int64_t *length, void *predictions)',
  LGBM_BoosterFeatureImportance: '(void *booster, int rounds, int type, void *amounts)',
};

/** LightGBM's library, loaded: its calls, which throw what it says. */
export class LightgbmLibrary {
  readonly #calls: Calls;
  readonly #lastError: () => string | null;

  private constructor({ handle }: Native) {
    const bound = Object.entries(SIGNATURES).map(([name, signature]) => [
      name,
      handle.func(`int ${name}${signature}`),
    ]);
    this.#calls = Object.fromEntries(bound) as unknown as Calls;
    this.#lastError = handle.func('const char *LGBM_GetLastError()') as () => string | null;
  }

  /** @throws LibraryRefused */
  static async open(path: string): Promise<LightgbmLibrary> {
    return new LightgbmLibrary(await loadNative(path));
  }

  /** @throws LibraryFailed with what the library says */
  call<Name extends keyof Calls>(name: Name, ...given: Parameters<Calls[Name]>): void {
    const code = (this.#calls[name] as (...all: unknown[]) => number)(...given);
    if (code === 0) return;
    const reason = (this.#lastError() ?? 'no reason given').trim();
    throw new LibraryFailed(`LightGBM refused ${name}: ${reason};`, 'look at the data and parameters given.');
  }

  /** The handle that a call makes. */
  make(creates: (out: Out<Address>) => void): bigint {
    const out: Out<Address> = [null];
    creates(out);
    if (out[0] === null)
      throw new LibraryFailed('LightGBM gave no handle;', 'this is a defect: please report it.');
    return out[0];
  }
}
