import { cancelled } from '../models/fitOptions.ts';

/**
 * Runs tasks, at most `most` at a time, and gives their results in order. When one fails the others are called off by the signal
 * that they are given, and waited for, before its error is thrown.
 *
 * @throws TrainingCancelled when the signal aborts; what a task throws
 */
export async function together<Item, Result>(
  items: readonly Item[],
  most: number,
  signal: AbortSignal | undefined,
  task: (item: Item, signal: AbortSignal) => Promise<Result>,
): Promise<readonly Result[]> {
  const failed = new AbortController();
  const stop = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const results = new Map<number, Result>();
  const waiting = items.entries();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (const [index, item] of waiting) {
      if (stop.aborted) return;
      try {
        results.set(index, await task(item, stop));
      } catch (error) {
        failures.push(error);
        failed.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, lane));
  if (signal?.aborted) throw cancelled();
  if (failures.length > 0) throw failures[0];
  return items.map((_, index) => results.get(index) as Result);
}
