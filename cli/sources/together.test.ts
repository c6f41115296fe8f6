import { expect, test } from '@jest/globals';
import { aborted } from '../interrupt.ts';
import { together } from './together.ts';

test('one that fails ends the others, and its error is passed on', async () => {
  let ended = false;
  const waits = async (signal: AbortSignal): Promise<void> => {
    await aborted(signal);
    ended = true;
  };
  const fails = async (): Promise<void> => {
    throw new Error('no room');
  };
  await expect(together([waits, fails], new AbortController().signal)).rejects.toThrow('no room');
  expect(ended).toBe(true);
});

test('one that comes to its end leaves the others alone', async () => {
  const abort = new AbortController();
  const seen: string[] = [];
  const run = together(
    [
      async () => {
        seen.push('done');
      },
      async (signal) => {
        await aborted(signal);
        seen.push('aborted');
      },
    ],
    abort.signal,
  );
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual(['done']);
  abort.abort();
  await run;
  expect(seen).toEqual(['done', 'aborted']);
});
