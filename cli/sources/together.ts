/** Something that works until it has come to its end or the signal aborts. */
export type Part = (signal: AbortSignal) => Promise<void>;

/** Runs parts side by side. When one fails the others are ended in order, and its error is passed on. */
export async function together(parts: readonly Part[], signal: AbortSignal): Promise<void> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const runs = parts.map((part) =>
    part(either).catch((error: unknown) => {
      failed.abort();
      throw error;
    }),
  );
  const ends = await Promise.allSettled(runs);
  const broken = ends.find((end) => end.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
}
