import type { Clock } from './context.ts';

/** A value that is loaded when asked for and kept for a while; those who ask together wait for one load. */
export interface Remembered<T> {
  get(): Promise<T>;
  forget(): void;
}

/** Remembers what `load` gives for `ttlMs`. A failure is not remembered. */
export function remembered<T>(clock: Clock, ttlMs: number, load: () => Promise<T>): Remembered<T> {
  let value: Promise<T> | null = null;
  let loadedAt = 0;
  return {
    get() {
      if (value && clock.now() - loadedAt < ttlMs) return value;
      const loading = load();
      value = loading;
      loadedAt = clock.now();
      loading.catch(() => {
        if (value === loading) value = null;
      });
      return loading;
    },
    forget() {
      value = null;
    },
  };
}
