import { LibraryFailed } from '../errors.ts';
import { type Address, loadNative, type Native } from '../library/native.ts';

/** What a call puts a result into. */
export type Out<Value> = [Value];

type Handle = bigint;
type Values = Float32Array;

/** The part of XGBoost's C API that is used (xgboost/c_api.h); each returns 0 or says why not by `XGBGetLastError`. */
interface Calls {
  readonly XGBSetGlobalConfig: (json: string) => number;
  readonly XGDMatrixCreateFromMat_omp: (
    values: Values,
    rows: number,
    columns: number,
    missing: number,
    matrix: Out<Address>,
    threads: number,
  ) => number;
  readonly XGDMatrixSetFloatInfo: (matrix: Handle, field: string, values: Values, length: number) => number;
  readonly XGDMatrixSetStrFeatureInfo: (
    matrix: Handle,
    field: string,
    texts: string[],
    length: number,
  ) => number;
  readonly XGDMatrixFree: (matrix: Handle) => number;
  readonly XGBoosterCreate: (matrices: Handle[], length: number, booster: Out<Address>) => number;
  readonly XGBoosterFree: (booster: Handle) => number;
  readonly XGBoosterSetParam: (booster: Handle, name: string, value: string) => number;
  readonly XGBoosterSetStrFeatureInfo: (
    booster: Handle,
    field: string,
    texts: string[],
    length: number,
  ) => number;
  readonly XGBoosterUpdateOneIter: (booster: Handle, round: number, matrix: Handle) => number;
  readonly XGBoosterEvalOneIter: (
    booster: Handle,
    round: number,
    matrices: Handle[],
    names: string[],
    length: number,
    text: Out<string | null>,
  ) => number;
  readonly XGBoosterPredictFromDMatrix: (
    booster: Handle,
    matrix: Handle,
    config: string,
    shape: Out<Address>,
    dimensions: Out<number>,
    values: Out<Address>,
  ) => number;
  readonly XGBoosterSlice: (
    booster: Handle,
    begin: number,
    end: number,
    step: number,
    slice: Out<Address>,
  ) => number;
  readonly XGBoosterSaveModelToBuffer: (
    booster: Handle,
    config: string,
    length: Out<number>,
    bytes: Out<Address>,
  ) => number;
  readonly XGBoosterLoadModelFromBuffer: (booster: Handle, bytes: Uint8Array, length: number) => number;
}

const SIGNATURES: Readonly<Record<keyof Calls, string>> = {
  XGBSetGlobalConfig: '(const char *json)',
  XGDMatrixCreateFromMat_omp:
    '(const void *values, uint64_t rows, uint64_t columns, float missing, _Out_ void **matrix, int threads)',
  XGDMatrixSetFloatInfo: '(void *matrix, const char *field, const void *values, uint64_t length)',
  XGDMatrixSetStrFeatureInfo: '(void *matrix, const char *field, const char **texts, uint64_t length)',
  XGDMatrixFree: '(void *matrix)',
  XGBoosterCreate: '(void **matrices, uint64_t length, _Out_ void **booster)',
  XGBoosterFree: '(void *booster)',
  XGBoosterSetParam: '(void *booster, const char *name, const char *value)',
  XGBoosterSetStrFeatureInfo: '(void *booster, const char *field, const char **texts, uint64_t length)',
  XGBoosterUpdateOneIter: '(void *booster, int round, void *matrix)',
  XGBoosterEvalOneIter:
    '(void *booster, int round, void **matrices, const char **names, uint64_t length, _Out_ const char **text)',
  XGBoosterPredictFromDMatrix:
    '(void *booster, void *matrix, const char *config, _Out_ void **shape, _Out_ uint64_t *dimensions, _Out_ void **values)',
  XGBoosterSlice: '(void *booster, int begin, int end, int step, _Out_ void **slice)',
  XGBoosterSaveModelToBuffer:
    '(void *booster, const char *config, _Out_ uint64_t *length, _Out_ void **bytes)',
  XGBoosterLoadModelFromBuffer: '(void *booster, const void *bytes, uint64_t length)',
};

/** XGBoost's library, loaded: its calls, which throw what it says. */
export class XgboostLibrary {
  readonly native: Native;
  readonly #calls: Calls;
  readonly #lastError: () => string | null;

  private constructor(native: Native) {
    this.native = native;
    const bound = Object.entries(SIGNATURES).map(([name, signature]) => [
      name,
      native.handle.func(`int ${name}${signature}`),
    ]);
    this.#calls = Object.fromEntries(bound) as unknown as Calls;
    this.#lastError = native.handle.func('const char *XGBGetLastError()') as () => string | null;
    // Of this thread: its warnings are for people who call it by hand.
    this.call('XGBSetGlobalConfig', '{"verbosity": 0}');
  }

  /** @throws LibraryRefused */
  static async open(path: string): Promise<XgboostLibrary> {
    return new XgboostLibrary(await loadNative(path));
  }

  /** @throws LibraryFailed with what the library says, without its stack trace. */
  call<Name extends keyof Calls>(name: Name, ...given: Parameters<Calls[Name]>): void {
    const code = (this.#calls[name] as (...all: unknown[]) => number)(...given);
    if (code === 0) return;
    const text = (this.#lastError() ?? 'no reason given').split('\nStack trace:')[0] ?? '';
    const reason = text.replace(/^\[[\d:]+\] \S+:\d+: /, '').trim();
    throw new LibraryFailed(`XGBoost refused ${name}: ${reason};`, 'look at the data and parameters given.');
  }

  /** The handle that a call makes. */
  make(creates: (out: Out<Address>) => void): bigint {
    const out: Out<Address> = [null];
    creates(out);
    if (out[0] === null)
      throw new LibraryFailed('XGBoost gave no handle;', 'this is a defect: please report it.');
    return out[0];
  }
}
