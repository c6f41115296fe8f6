import { expect, test } from '@jest/globals';
import type { Accuracy, Prediction, Promotion } from './records.ts';
import { servedHours, servedPredictions } from './served.ts';

const at = (hour: number, version: number): Accuracy => ({
  ...{
    hour: new Date(Date.UTC(2026, 0, 2, hour)).toISOString(),
    version,
    model: 'return-5m',
    predictions: 60,
  },
  ...{ mae: 1, persistence_mae: 1, skill: 0, directional_accuracy: null, interval_coverage: null },
});

const decided = (hour: number, version: number, action: string, alias: string): Promotion => ({
  ...{ name: 'return-5m', version, action, alias, reasons: [] },
  decided_at: new Date(Date.UTC(2026, 0, 2, hour, 30)).toISOString(),
});

const DECISIONS = [
  decided(4, 2, 'rollback', 'champion'),
  decided(2, 3, 'promote', 'champion'),
  decided(1, 3, 'refuse', 'champion'),
  decided(0, 3, 'challenge', 'challenger'),
  decided(0, 2, 'promote', 'champion'),
];

test('an hour counts for whoever was champion in it', () => {
  const hours = [0, 1, 2, 3, 4, 5].flatMap((hour) => [at(hour, 2), at(hour, 3)]);
  const served = servedHours(hours, DECISIONS, 2).map(
    ({ hour, version }) => `${new Date(hour).getUTCHours()}:${version}`,
  );
  expect(served).toEqual(['0:2', '1:2', '2:2', '2:3', '3:3', '4:2', '4:3', '5:2']);
});

test('hours long before any decision are of a replay: those of the version that counts now', () => {
  const hours = [at(-100, 2), at(-100, 3)];
  expect(servedHours(hours, DECISIONS, 3)).toEqual([at(-100, 3)]);
});

const made = (hour: number, version: number) =>
  ({ window_start: new Date(Date.UTC(2026, 0, 2, hour, 10)).toISOString(), version }) as Prediction;

test('of a minute the prediction counts of whoever was champion when it was made', () => {
  const predictions = [-1, 1, 3, 5].flatMap((hour) => [made(hour, 2), made(hour, 3)]);
  const served = servedPredictions(predictions, DECISIONS, 3).map(
    ({ window_start, version }) => `${new Date(window_start).getUTCHours()}:${version}`,
  );
  // Before the first decision, as in a replay, those of the version that counts now.
  expect(served).toEqual(['23:3', '1:2', '3:3', '5:2']);
});
