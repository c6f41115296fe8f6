import { describe, expect, test } from '@jest/globals';
import { brierScore, directionMetrics, wilson } from './direction.ts';
import { meanAbsoluteError, pricesOf, rootMeanSquaredError, skillAgainst } from './errors.ts';
import { intervalMetrics, pinballLoss, quantilesOf } from './interval.ts';
import { measure } from './metrics.ts';
import { joinScored, type Scored, scoredWhere } from './scored.ts';
import { tradingMetrics } from './trading.ts';

// Every expected number here was worked out by hand from the definitions.

const of = (...numbers: number[]): Float64Array => Float64Array.from(numbers);

describe('errors', () => {
  test('mean absolute and root mean squared', () => {
    expect(meanAbsoluteError(of(1, 2, 3), of(2, 2, 0))).toBeCloseTo(4 / 3, 15);
    expect(rootMeanSquaredError(of(1, 2, 3), of(2, 2, 0))).toBeCloseTo(Math.sqrt(10 / 3), 15);
  });

  test('skill is the share of the error taken away', () => {
    expect(skillAgainst(4, 3)).toBe(0.25);
    expect(skillAgainst(4, 5)).toBe(-0.25);
    expect(skillAgainst(0, 0)).toBeNull();
  });

  test('prices', () => {
    expect([...pricesOf(of(100, 200), of(Math.log(1.1), 0))]).toEqual([expect.closeTo(110, 12), 200]);
  });
});

describe('direction', () => {
  test('leaves out rows that did not move; no prediction is never right', () => {
    const { moves, hits, accuracy } = directionMetrics(of(1, -1, 0, 2, -2), of(0.1, 0.2, 1, 0, -1), 1);
    expect([moves, hits, accuracy]).toEqual([4, 2, 0.5]);
    expect(directionMetrics(of(0), of(1), 5)).toEqual({
      moves: 0,
      hits: 0,
      accuracy: null,
      lower: null,
      upper: null,
    });
  });

  test("Wilson's interval of 81 of 263, as in Newcombe 1998, table I", () => {
    const { lower, upper } = wilson(81 / 263, 263);
    expect([lower.toFixed(4), upper.toFixed(4)]).toEqual(['0.2553', '0.3662']);
  });

  test('of none of 20, as there', () => {
    const { lower, upper } = wilson(0, 20);
    expect([lower.toFixed(4), upper.toFixed(4)]).toEqual(['0.0000', '0.1611']);
  });

  test('returns that overlap count once a horizon', () => {
    const [came, said] = [new Float64Array(500).fill(1), new Float64Array(500).fill(1)];
    const { lower } = directionMetrics(came, said, 5);
    expect(lower).toBeCloseTo(wilson(1, 100).lower, 15);
  });

  test('Brier score', () => {
    expect(brierScore(of(0.1, -0.2, 0), of(0.8, 0.4, 0.5))).toBeCloseTo((0.04 + 0.16 + 0.25) / 3, 15);
  });
});

describe('intervals', () => {
  test('quantiles of a level', () => {
    expect(quantilesOf(0.8)).toEqual([0.1, 0.9]);
    expect(quantilesOf(0.95)).toEqual([0.025, 0.975]);
  });

  test('pinball loss', () => {
    // Above by 2 at 0.9: 1.8; below by 1: 0.1; on it: 0.
    expect(pinballLoss(of(3, 0, 1), of(1, 1, 1), 0.9)).toBeCloseTo(1.9 / 3, 15);
  });

  test('coverage counts both bounds', () => {
    const { coverage, lowerLoss, upperLoss } = intervalMetrics(
      of(-1, 0, 1, 2),
      of(-1, -1, -1, -1),
      of(1, 1, 1, 1),
      0.8,
    );
    expect(coverage).toBe(0.75);
    expect(lowerLoss).toBeCloseTo((0.1 * (0 + 1 + 2 + 3)) / 4, 15);
    expect(upperLoss).toBeCloseTo((0.1 * (2 + 1 + 0) + 0.9 * 1) / 4, 15);
  });
});

function scored(
  rows: readonly (readonly [minute: number, market: number, said: number, came: number])[],
): Scored {
  const column = (index: number): Float64Array => Float64Array.from(rows, (row) => row[index] ?? 0);
  return {
    horizonMinutes: 5,
    level: 0.8,
    times: column(0).map((minute) => minute * 60_000),
    market: Uint16Array.from(rows, ([, market]) => market),
    closes: new Float64Array(rows.length).fill(100),
    predicted: column(2).map(Math.log1p),
    actual: column(3).map(Math.log1p),
    lower: new Float64Array(rows.length).fill(-1),
    upper: new Float64Array(rows.length).fill(1),
    probability: new Float64Array(rows.length).fill(0.5),
  };
}

describe('the trading rule', () => {
  test('goes long and short, waits for its position, pays twice, and leaves small moves alone', () => {
    const result = tradingMetrics(
      scored([
        [0, 0, 0.01, 0.02], // long: earns 0.02, fees 0.001 + 0.00102
        [1, 0, 0.05, 0.5], // the position is open until minute 5
        [1, 1, 0.0019, 0.5], // expected move is below the fees
        [5, 0, -0.01, 0.03], // short: loses 0.03, fees 0.001 + 0.00103
        [5, 1, -0.01, -0.04], // short: earns 0.04, fees 0.001 + 0.00096
      ]),
      0.001,
    );
    expect(result).toEqual({
      fee: 0.001,
      trades: 3,
      wins: 2,
      gross: expect.closeTo(0.03, 12),
      net: expect.closeTo(0.02 - 0.00202 - 0.03 - 0.00203 + 0.04 - 0.00196, 12),
    });
  });
});

describe('all together', () => {
  const rows = scored([
    [0, 0, 0.01, 0.02],
    [0, 1, 0.01, -0.02],
    [1, 0, 0, 0.02],
  ]);

  test('prices of several markets do not add up; those of one do', () => {
    expect(measure(rows, 0.001).price).toBeNull();
    const { price } = measure(
      scoredWhere(rows, (row) => rows.market[row] === 0),
      0.001,
    );
    // Off by 1 and by 2.
    expect(price?.mae).toBeCloseTo(1.5, 12);
    expect(price?.rmse).toBeCloseTo(Math.sqrt(2.5), 12);
  });

  test('parts joined are the whole', () => {
    const first = scoredWhere(rows, (row) => row < 1);
    const rest = scoredWhere(rows, (row) => row >= 1);
    expect(joinScored([first, rest])).toEqual(rows);
  });

  test('what is measured can be written as JSON', () => {
    const metrics = measure(rows, 0.001);
    expect(JSON.parse(JSON.stringify(metrics))).toEqual(metrics);
    expect(metrics.persistenceMae).toBeGreaterThan(0);
    expect(metrics.skill).toBe(1 - metrics.mae / metrics.persistenceMae);
  });
});
