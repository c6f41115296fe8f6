import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { NativeLibrary } from './library.ts';
import { loadNative } from './native.ts';

/** The version of a library of unknown origin, or null when it cannot be told. Loads it: see `probe.ts`. */
export async function versionOf(name: NativeLibrary['name'], path: string): Promise<string | null> {
  const { handle } = await loadNative(path);
  if (name === 'xgboost') {
    const ask = handle.func('void XGBoostVersion(_Out_ int *major, _Out_ int *minor, _Out_ int *patch)') as (
      ...numbers: [[number], [number], [number]]
    ) => void;
    const numbers: [[number], [number], [number]] = [[0], [0], [0]];
    ask(...numbers);
    return numbers.map(([number]) => number).join('.');
  }
  handle.func('const char *LGBM_GetLastError()');
  return readFile(join(dirname(dirname(path)), 'VERSION.txt'), 'utf8').then(
    (text) => text.trim(),
    () => null,
  );
}
