import { describe, expect, test } from '@jest/globals';
import { linearScale } from './charts/scale.ts';
import { basisPoints, lasting, minutesText, percent, probability } from './format.ts';
import { madeMeasured, madeScored } from './testing/madeReport.ts';
import { thinned } from './thinned.ts';
import { verdictOf } from './verdict.ts';

const knowing = madeMeasured({ seed: 1, rows: 1500, strength: 0.3 });
const guessing = madeMeasured({ seed: 2, rows: 1500, strength: 0 });

describe('measured predictions', () => {
  test('equity ends where the trading rule does', () => {
    const { equity, metrics } = madeMeasured({ seed: 1, rows: 1500, strength: 0.9 });
    expect(metrics.trading.trades).toBeGreaterThan(20);
    expect(equity.at(-1)).toMatchObject({ trades: metrics.trading.trades });
    expect(equity.at(-1)?.net).toBeCloseTo(metrics.trading.net, 12);
    expect(equity.at(-1)?.gross).toBeCloseTo(metrics.trading.gross, 12);
  });

  test('parts and tenths hold every row once', () => {
    for (const parts of [knowing.stretches, knowing.deciles])
      expect(parts.reduce((sum, { rows }) => sum + rows, 0)).toBe(1500);
    expect(knowing.stretches).toHaveLength(16);
    const mean = knowing.stretches.reduce((sum, { coverage, rows }) => sum + coverage * rows, 0) / 1500;
    expect(mean).toBeCloseTo(knowing.metrics.interval.coverage, 12);
  });

  test('tenths rise where predictions know something', () => {
    const [low, high] = [knowing.deciles[0], knowing.deciles.at(-1)];
    expect(high?.realised).toBeGreaterThan((low?.realised ?? 0) + 0.0005);
    const predicted = knowing.deciles.map((decile) => decile.predicted);
    expect([...predicted].sort((a, b) => a - b)).toEqual(predicted);
  });

  test('bins of probability count those that rose', () => {
    const { actual, probability: given } = madeScored({ seed: 1, rows: 1500, strength: 0.3 });
    const inside = [...given.keys()].filter((row) => (given[row] ?? 0) >= 0.6 && (given[row] ?? 0) < 0.7);
    const bin = knowing.reliability.find((one) => one.probability >= 0.6 && one.probability < 0.7);
    expect(bin?.rows).toBe(inside.length);
    expect(bin?.rose).toBeCloseTo(inside.filter((row) => (actual[row] ?? 0) > 0).length / inside.length, 12);
    expect(bin?.lower).toBeLessThan(bin?.rose ?? 0);
  });

  test('of a few rows, and of rows that never move, are numbers', () => {
    for (const rows of [1, 7])
      expect(JSON.stringify(madeMeasured({ seed: 1, rows, strength: 0.5 }))).not.toContain('null');
    const { skill, metrics } = madeMeasured({ seed: 1, rows: 100, strength: 0 });
    expect([typeof skill?.lower, metrics.rows]).toEqual(['number', 100]);
  });
});

describe('the verdict', () => {
  test('is skill where both tests say so', () => {
    const { kind, sentence, evidence } = verdictOf(knowing, knowing, null);
    expect(kind).toBe('skill');
    expect(sentence).toMatch(/^Skill: .* \(skill [\d.]+ % in the replay, [\d.]+ % in the walk forward\)\.$/);
    expect(evidence[0]).toMatch(
      /^Walk forward: skill [\d.]+ % \(95 % interval .* p = 0\.0005 by a block bootstrap of 1,500 rows/,
    );
  });

  test('is not confirmed where one does', () => {
    expect(verdictOf(knowing, guessing, null)).toMatchObject({
      kind: 'unconfirmed',
      sentence: expect.stringContaining('only the walk forward shows it'),
    });
    expect(verdictOf(guessing, knowing, null).sentence).toContain('only the replay shows it');
  });

  test('is none where neither does, and says when it is worse', () => {
    const { kind, sentence } = verdictOf(guessing, guessing, null);
    expect([kind, sentence.slice(0, 9)]).toEqual(['none', 'No skill:']);
    const worse = { value: -0.1, lower: -0.2, upper: -0.05 };
    expect(verdictOf(guessing, { ...guessing, skill: worse }, null).sentence).toContain(
      'No skill: the error is above that of predicting no change',
    );
  });

  test('is unknown without data, with the reason', () => {
    expect(verdictOf(null, null, 'Too few rows; give more.')).toMatchObject({
      kind: 'unknown',
      sentence: 'No verdict: Too few rows; give more.',
    });
    expect(verdictOf(knowing, null, null).sentence).toContain(
      'no prediction of the replay has come true yet',
    );
  });
});

describe('scales', () => {
  test('have round ticks that hold all values', () => {
    const scale = linearScale([-0.013, 0.038], 0, 100);
    expect(scale.ticks).toEqual([-0.02, 0, 0.02, 0.04]);
    expect([scale.at(-0.02), scale.at(0.04), scale.at(0.01)]).toEqual([0, 100, 50]);
  });

  test.each([[[0, 0]], [[5]], [[1e-9, 2e-9]], [[-3, 1e6]]])('of %j are finite', (values) => {
    const { ticks, at } = linearScale(values, 0, 300);
    expect(ticks.length).toBeLessThan(20);
    for (const value of values) expect(at(value)).toBeGreaterThanOrEqual(0);
    for (const tick of ticks) expect(Number.isFinite(at(tick))).toBe(true);
  });
});

test('thinning keeps first and last', () => {
  expect(thinned([1, 2, 3, 4, 5], 3)).toEqual([1, 3, 5]);
  expect(thinned([1, 2], 3)).toEqual([1, 2]);
});

test('numbers for people have units and no minus before nothing', () => {
  expect([percent(-0.00001, 2), percent(0.1234, 1), basisPoints(0.00012)]).toEqual([
    '0.00 %',
    '12.3 %',
    '1.20 bp',
  ]);
  expect([minutesText(5), minutesText(60), minutesText(300), minutesText(1)]).toEqual([
    '5 minutes',
    '1 hour',
    '5 hours',
    '1 minute',
  ]);
  expect([lasting(0.25), lasting(12.34), lasting(150), probability(0.00049975)]).toEqual([
    '250 ms',
    '12.3 s',
    '2.5 min',
    'p = 0.0005',
  ]);
});
