import { afterAll, describe, expect, test } from '@jest/globals';
import { seeded } from '../../test/property/history.ts';
import { ManualClock } from '../../test/support/manualClock.ts';
import { TrainingCancelled, TrainingLimit, UnreadableModel, WrongFeatures } from './errors.ts';
import type { Contributions, Model } from './model.ts';
import { describeWithAlgorithm, machineAlgorithms } from './testing/libraries.ts';
import { directions, planted, shortly } from './testing/samples.ts';

// What has to hold of boosted trees whichever library grows them.

const algorithms = await machineAlgorithms();
afterAll(() => algorithms.close());

const training = planted({ seed: 1, rows: 2000, columns: 6 });
const unseen = planted({ seed: 2, rows: 1000, columns: 6 });

function error(model: Model, set = unseen): number {
  const { values } = model.predict(set.matrix);
  return values.reduce((sum, value, row) => sum + (value - (set.labels[row] ?? 0)) ** 2, 0) / set.matrix.rows;
}

/** Sums of contributions: the predictions before their link. */
function sums({ rows, outputs, features, values }: Contributions): number[] {
  const width = features + 1;
  return Array.from({ length: rows * outputs }, (_, index) =>
    values.subarray(index * width, (index + 1) * width).reduce((a, b) => a + b, 0),
  );
}

describe.each(['xgboost', 'lightgbm'] as const)('boosted trees by %s', (name) => {
  describeWithAlgorithm(algorithms, name, (algorithm) => {
    test('find a planted signal, and say which feature it was', async () => {
      const { model } = await algorithm.fit(training, { learningRate: 0.1 }, shortly({ rounds: 100 }));
      // The labels' variance is about 4, the noise's 0.25.
      expect(error(model)).toBeLessThan(0.4);
      const importance = model.importance();
      expect(importance.get('f0')).toBeGreaterThan(0.9);
      expect([...importance.values()].reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    });

    test('tell directions by probabilities', async () => {
      const options = shortly({ objective: { kind: 'binary-logistic' } });
      const { model } = await algorithm.fit(directions(training), { learningRate: 0.1 }, options);
      const { values } = model.predict(unseen.matrix);
      const right = values.filter((value, row) => value > 0.5 === (unseen.labels[row] ?? 0) > 0);
      expect(right.length / values.length).toBeGreaterThan(0.85);
      expect(values.every((value) => value > 0 && value < 1)).toBe(true);
    });

    test('cover with their quantiles what they should', async () => {
      const objective = { kind: 'quantile', quantiles: [0.1, 0.5, 0.9] } as const;
      const large = planted({ seed: 3, rows: 6000, columns: 3 });
      const { model } = await algorithm.fit(large, { learningRate: 0.1 }, shortly({ objective, rounds: 80 }));
      const { values, outputs } = model.predict(unseen3.matrix);
      expect(outputs).toBe(3);
      objective.quantiles.forEach((quantile, output) => {
        const below = unseen3.labels.filter(
          (label, row) => label <= (values[row * 3 + output] ?? Number.NaN),
        );
        expect(Math.abs(below.length / unseen3.labels.length - quantile)).toBeLessThan(0.05);
      });
    });

    test('stop when the validation set says so, and keep the best round', async () => {
      const noisy = planted({ seed: 4, rows: 300, columns: 6, noise: 3 });
      const options = shortly({ validation: unseen, rounds: 500, patience: 5 });
      const { model, report } = await algorithm.fit(
        noisy,
        { learningRate: 0.3, depth: 6, leafWeight: 1 },
        options,
      );
      expect(report.stoppedBy).toBe('early-stopping');
      expect(report.rounds).toBe(report.kept + 5);
      const best = Math.min(...report.losses);
      expect(report.losses.indexOf(best)).toBe(report.kept - 1);
      // The kept model is the best round's: its own error on the validation set is the loss that was told.
      expect(Math.sqrt(error(model))).toBeCloseTo(best, 4);
    });

    test('are the same byte for byte from one seed, and others from another', async () => {
      const saved = await Promise.all(
        [5, 5, 6].map(async (seed) => {
          const { model } = await algorithm.fit(training, { rowShare: 0.5 }, shortly({ seed, rounds: 20 }));
          return Buffer.from(model.save())
            .toString('latin1')
            .replace(/^\[\w*seed: .*\]$/gm, '');
        }),
      );
      expect(saved[1] === saved[0]).toBe(true);
      expect(saved[2] === saved[0]).toBe(false);
    });

    test('heed weights: rows of next to no weight are not learned', async () => {
      const labels = training.labels.map((label, row) => (row % 2 === 0 ? label : -50));
      const weights = labels.map((_, row) => (row % 2 === 0 ? 1 : 1e-6));
      const { model } = await algorithm.fit(
        { ...training, labels, weights },
        { learningRate: 0.1 },
        shortly(),
      );
      expect(error(model)).toBeLessThan(0.6);
    });

    test.each([
      { kind: 'squared-error' },
      { kind: 'binary-logistic' },
      { kind: 'quantile', quantiles: [0.05, 0.95] },
    ] as const)('are loaded as they were saved: %j', async (objective) => {
      const set = objective.kind === 'binary-logistic' ? directions(training) : training;
      const { model } = await algorithm.fit(set, {}, shortly({ objective, rounds: 15 }));
      for (const format of model.formats) {
        const again = algorithm.load(model.save(format));
        expect(again.objective).toEqual(objective);
        expect(again.features).toEqual(model.features);
        expect(again.predict(unseen.matrix)).toEqual(model.predict(unseen.matrix));
        expect(again.contributions(unseen.matrix)).toEqual(model.contributions(unseen.matrix));
        expect(again.importance()).toEqual(model.importance());
      }
    });

    test('learn from what is missing', async () => {
      const signal = (row: Float32Array): number => (Number.isNaN(row[1]) ? 1 : -1);
      const gaps = planted({ seed: 9, rows: 1000, columns: 2, missing: 0.3, noise: 0.1, signal });
      const { model } = await algorithm.fit(
        gaps,
        { learningRate: 0.3, featureShare: 1 },
        shortly({ rounds: 40 }),
      );
      const values = Float32Array.of(0, Number.NaN, 0, 3, 0, -3);
      const rows = { features: gaps.matrix.features, rows: 3, values };
      const [missing = 0, high = 0, low = 0] = algorithm.load(model.save()).predict(rows).values;
      expect(missing).toBeGreaterThan(0.9);
      expect(Math.max(high, low)).toBeLessThan(-0.9);
    });

    test('explain a prediction by contributions that add up to it', async () => {
      const objective = { kind: 'quantile', quantiles: [0.2, 0.8] } as const;
      const { model } = await algorithm.fit(training, {}, shortly({ objective, rounds: 20 }));
      const predicted = model.predict(unseen.matrix).values;
      sums(model.contributions(unseen.matrix)).forEach((sum, index) => {
        expect(sum).toBeCloseTo(predicted[index] ?? Number.NaN, 3);
      });
      const odds = await algorithm.fit(
        directions(training),
        {},
        shortly({ objective: { kind: 'binary-logistic' } }),
      );
      const probability = odds.model.predict(unseen.matrix).values;
      sums(odds.model.contributions(unseen.matrix)).forEach((sum, index) => {
        expect(1 / (1 + Math.exp(-sum))).toBeCloseTo(probability[index] ?? Number.NaN, 4);
      });
    });

    test('refuse rows of other features', async () => {
      const { model } = await algorithm.fit(training, {}, shortly({ rounds: 2 }));
      const { rows, values, features } = unseen.matrix;
      const renamed = { rows, values, features: features.map((feature) => `${feature}x`) };
      const fewer = { rows: 1, values: values.slice(0, 3), features: features.slice(0, 3) };
      const turned = { rows, values, features: features.toReversed() };
      for (const matrix of [renamed, fewer, turned]) {
        expect(() => model.predict(matrix)).toThrow(WrongFeatures);
        expect(() => model.contributions(matrix)).toThrow(WrongFeatures);
      }
    });

    test('refuse damaged files, however they are damaged', async () => {
      const { model } = await algorithm.fit(training, {}, shortly({ rounds: 5 }));
      for (const format of model.formats) {
        const bytes = model.save(format);
        expect(() => algorithm.load(new Uint8Array(0))).toThrow(UnreadableModel);
        expect(() => algorithm.load(new TextEncoder().encode('{"learner": {}}'))).toThrow(UnreadableModel);
        for (let cut = 1; cut < 40; cut++)
          expect(() => algorithm.load(bytes.subarray(0, Math.floor((bytes.length * cut) / 40)))).toThrow(
            UnreadableModel,
          );
      }
    });

    test('survive files in which a byte was changed: a native library would end the process', async () => {
      const objective = { kind: 'quantile', quantiles: [0.1, 0.9] } as const;
      const { model } = await algorithm.fit(training, {}, shortly({ objective, rounds: 3 }));
      const few = { ...unseen.matrix, rows: 10, values: unseen.matrix.values.slice(0, 60) };
      const seed = Number(process.env.DAMAGE_SEED ?? 1);
      console.info(`DAMAGE_SEED=${seed}`);
      const random = seeded(seed);
      for (const format of model.formats) {
        const whole = model.save(format);
        for (let run = 0; run < 50; run++) {
          const damaged = Uint8Array.from(whole);
          // Digits for digits keep the text's form, so that more gets past the first look.
          const byte = Math.floor(random() * (format === 'ubj' ? 256 : 10));
          damaged[Math.floor(random() * whole.length)] = format === 'ubj' ? byte : 48 + byte;
          try {
            algorithm.load(damaged).predict(few);
          } catch (error) {
            expect([UnreadableModel, WrongFeatures]).toContain((error as Error).constructor);
          }
        }
      }
    });

    test('are called off between two rounds, and the thread trains on', async () => {
      const abort = new AbortController();
      const rounds: number[] = [];
      const endless = algorithm.fit(
        training,
        { learningRate: 0.001 },
        shortly({
          rounds: 100_000,
          signal: abort.signal,
          onRound: (done) => {
            rounds.push(done);
            if (done === 3) abort.abort();
          },
        }),
      );
      await expect(endless).rejects.toThrow(TrainingCancelled);
      expect(rounds.length).toBeLessThan(100_000);
      const { report } = await algorithm.fit(training, {}, shortly({ rounds: 3 }));
      expect(report).toMatchObject({ stoppedBy: 'rounds', rounds: 3, kept: 3 });
      await expect(algorithm.fit(training, {}, shortly({ signal: abort.signal }))).rejects.toThrow(
        TrainingCancelled,
      );
    });

    test('keep what they have when the time is over', async () => {
      const clock = new ManualClock(0);
      const options = shortly({ rounds: 100_000, clock, timeLimitMs: 1000 });
      const { report, model } = await algorithm.fit(
        training,
        { learningRate: 0.001 },
        { ...options, onRound: (done) => (done === 2 ? clock.wakeNext() : undefined) },
      );
      expect(report.stoppedBy).toBe('time');
      expect(report.kept).toBeGreaterThanOrEqual(2);
      expect(error(model)).toBeLessThan(6);
    });

    test('stay within the memory they are given', async () => {
      await expect(algorithm.fit(training, {}, shortly({ memoryLimitBytes: 10_000 }))).rejects.toThrow(
        TrainingLimit,
      );
    });
  });
});

const unseen3 = planted({ seed: 5, rows: 2000, columns: 3 });
