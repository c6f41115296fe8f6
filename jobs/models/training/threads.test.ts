import { afterAll, expect, test } from '@jest/globals';
import { systemClock } from '../../../engine/clock.ts';
import { LibraryRefused, TrainingCancelled } from '../errors.ts';
import { completeParameters } from '../parameters.ts';
import { describeWithAlgorithm, machineAlgorithms } from '../testing/libraries.ts';
import { planted, shortly } from '../testing/samples.ts';
import { XGBOOST_PARAMETERS } from '../xgboost/parameters.ts';
import { jobOf } from './job.ts';
import { TrainingThreads } from './threads.ts';

const algorithms = await machineAlgorithms();
afterAll(() => algorithms.close());

const set = planted({ seed: 1, rows: 500, columns: 3 });
const wishes = { clock: systemClock };
const broken = jobOf(
  'xgboost',
  '/nowhere/libxgboost.so',
  set,
  completeParameters(XGBOOST_PARAMETERS, {}),
  shortly(),
);

test('errors keep their class and remedy on the way between threads', async () => {
  const threads = new TrainingThreads(1);
  const refused = await threads.train(broken, wishes).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(LibraryRefused);
  expect(String(refused)).toMatch(
    /^LibraryRefused: \/nowhere\/libxgboost\.so cannot be loaded \(.*\); it has to be a library/,
  );
  await threads.close();
  await expect(threads.train(broken, wishes)).rejects.toThrow(TrainingCancelled);
});

describeWithAlgorithm(algorithms, 'xgboost', (algorithm) => {
  test('trainings wait for their turn, and may leave while they wait', async () => {
    const abort = new AbortController();
    const order: string[] = [];
    const train = (name: string, signal?: AbortSignal) =>
      algorithm
        .fit(set, {}, shortly({ rounds: 5, ...(signal === undefined ? {} : { signal }) }))
        .then(() => order.push(name));
    const first = train('first');
    const leaves = train('leaves', abort.signal);
    const last = train('last');
    abort.abort();
    await expect(leaves).rejects.toThrow(TrainingCancelled);
    await Promise.all([first, last]);
    expect(order).toEqual(['first', 'last']);
  });

  test('data on shared memory are trained on as they are', async () => {
    const values = new Float32Array(new SharedArrayBuffer(set.matrix.values.byteLength));
    values.set(set.matrix.values);
    const shared = await algorithm.fit({ ...set, matrix: { ...set.matrix, values } }, {}, shortly());
    const copied = await algorithm.fit(set, {}, shortly());
    expect(Buffer.from(shared.model.save()).equals(Buffer.from(copied.model.save()))).toBe(true);
  });
});
