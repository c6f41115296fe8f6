import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { seeded } from '../../test/property/history.ts';
import { ManualClock } from '../../test/support/manualClock.ts';
import type { Bundle } from './bundle.ts';
import { compareModels } from './compare.ts';
import { NotPossible } from './errors.ts';
import { LocalRegistry } from './localRegistry.ts';
import { considerPromotion, judge, type PairedLosses, type PromotionRules, rollBack } from './promotion.ts';
import { smallBundle } from './testing/bundles.ts';
import { type JobsDatabase, jobsDatabase } from './testing/tables.ts';
import { unseenLosses } from './unseenLosses.ts';

const NAME = 'return-5m';
const START = Date.UTC(2026, 0, 2);
const RULES: PromotionRules = { confidence: 0.95, leastWindows: 300, seed: 1 };

/** Losses of rows of two markets; `skill` is what a model takes off the error of persistence. */
function losses(minutes: number, challenger: number, champion: number | null, seed = 1): PairedLosses {
  const random = seeded(seed);
  const rows = minutes * 2;
  const moves = Float64Array.from({ length: rows }, () => Math.abs(random() + random() - 1) * 0.001);
  const noisy = (skill: number): Float64Array =>
    moves.map((move) => Math.abs(move * (1 - skill) + (random() - 0.5) * 0.0002));
  return {
    times: Float64Array.from({ length: rows }, (_, row) => START + Math.floor(row / 2) * 60_000),
    challenger: noisy(challenger),
    champion: champion === null ? null : noisy(champion),
    persistence: moves.map((move) => move + 0.00005),
  };
}

describe('a challenger becomes champion', () => {
  test('when it beats persistence and champion', () => {
    const verdict = judge(losses(400, 0.3, 0.1), 5, RULES);
    expect(verdict.promote).toBe(true);
    expect(verdict.reasons[0]).toMatch(
      /^It beats persistence: mean absolute error 0\.0\d+ against 0\.0\d+ over 400 minutes, p = 0\.0/,
    );
    expect(verdict.reasons[1]).toMatch(/^It beats champion: /);
    expect(verdict.evidence).toMatchObject({
      windows: 400,
      rows: 800,
      from: '2026-01-02T00:00:00.000Z',
      to: '2026-01-02T06:39:00.000Z',
    });
  });

  test('when it beats persistence and there is no champion', () => {
    const verdict = judge(losses(400, 0.3, null), 5, RULES);
    expect(verdict.promote).toBe(true);
    expect(verdict.evidence.duels.map(({ against }) => against)).toEqual(['persistence']);
  });
});

describe('a challenger is refused', () => {
  test.each([
    ['the champion is better', 0.1, 0.3, [true, false]],
    ['it is no better than the champion', 0.2, 0.2, [true, false]],
    ['it beats a bad champion and not persistence', -0.4, -0.8, [false, true]],
  ])('when %s', (_, challenger, champion, won) => {
    const verdict = judge(losses(400, challenger, champion), 5, RULES);
    expect(verdict.promote).toBe(false);
    expect(verdict.evidence.duels.map((duel) => duel.won)).toEqual(won);
    expect(verdict.reasons.join(' ')).toContain('It does not beat');
    expect(verdict.reasons.join(' ')).toContain('0.05 is allowed.');
  });

  test('when too little is known, however good it is', () => {
    const verdict = judge(losses(299, 0.9, 0), 5, RULES);
    expect(verdict).toMatchObject({
      promote: false,
      reasons: ['299 minutes are known of both, 300 are needed.'],
    });
    expect(judge(losses(0, 0.9, 0), 5, { ...RULES, leastWindows: 0 }).promote).toBe(false);
  });

  test('when it is as good as the champion, at about the rate that the confidence allows', () => {
    const promoted = Array.from({ length: 15 }, (_, seed) => judge(losses(300, 0.2, 0.2, seed), 5, RULES));
    expect(promoted.filter(({ promote }) => promote).length).toBeLessThanOrEqual(3);
  });
});

describe('from what was predicted', () => {
  let database: JobsDatabase;
  let folder: string;
  let registry: LocalRegistry;
  let bundle: Bundle;

  beforeAll(async () => {
    database = await jobsDatabase();
    bundle = await smallBundle(1);
  });

  afterAll(() => database?.drop());

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tickwave-models-'));
    await database.pool.query('truncate models, promotions, scoring_progress, watermarks, prediction_errors');
    registry = new LocalRegistry({ pool: database.pool, folder, clock: new ManualClock(START) });
    await registry.register(NAME, bundle);
    await registry.register(NAME, bundle);
    await registry.decide({ name: NAME, version: 1, action: 'promote', alias: 'champion', reasons: [] });
    await registry.decide({ name: NAME, version: 2, action: 'challenge', alias: 'challenger', reasons: [] });
    await database.pool.query(
      "insert into watermarks select 'kraken', symbol from unnest(array['A/USD', 'B/USD']) as symbol",
    );
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Version v predicts `share[v]` of a move that is a sine of the minute, and minutes of version 2 come later. */
  async function predicted(minutes: number, share: Readonly<Record<number, number>>): Promise<void> {
    for (const [version, part] of Object.entries(share))
      await database.pool.query(
        `insert into prediction_errors
         select 'kraken', symbol, to_timestamp($1::float8) + n * interval '1 minute', 5, $2, $3::int, $4::float8 * sin(n * 1.7) * 0.001 + cos(n * $3::int) * 0.0001, sin(n * 1.7) * 0.001
         from generate_series($3::int * 10, $5::int + 20 - 1) as n, unnest(array['A/USD', 'B/USD', 'gone/USD']) as symbol`,
        [START / 1000, NAME, version, part, minutes],
      );
  }

  test('the better challenger becomes champion, by the minutes that both predicted', async () => {
    await predicted(400, { 1: 0.1, 2: 0.5 });
    const { verdict, decision } = await considerPromotion(registry, NAME, RULES, unseenLosses(database.pool));
    expect(verdict.evidence).toMatchObject({ windows: 400, rows: 800, from: '2026-01-02T00:20:00.000Z' });
    expect(decision).toMatchObject({ action: 'promote', version: 2, previousVersion: 1, alias: 'champion' });
    expect((await registry.show(NAME, 'champion')).version).toBe(2);
    expect((await registry.history(NAME, 1))[0]).toEqual(decision);
    expect(decision.reasons).toHaveLength(2);
    await rollBack(registry, NAME, 'it fails in the evening');
    expect((await registry.show(NAME, 'champion')).version).toBe(1);
    await expect(rollBack(registry, NAME, 'again')).rejects.toThrow(NotPossible);
  });

  test('the worse one stays challenger, and the reasons are kept', async () => {
    await predicted(400, { 1: 0.5, 2: 0.1 });
    const { verdict } = await considerPromotion(registry, NAME, RULES, unseenLosses(database.pool));
    expect(verdict.promote).toBe(false);
    expect((await registry.show(NAME, 'challenger')).version).toBe(2);
    const [kept] = await registry.history(NAME, 1);
    expect(kept).toMatchObject({
      action: 'refuse',
      version: 2,
      alias: 'challenger',
      reasons: verdict.reasons,
    });
    expect(kept?.evidence).toEqual(verdict.evidence);
  });

  test('two versions side by side', async () => {
    await predicted(400, { 1: 0.1, 2: 0.5 });
    const compared = await compareModels(registry, NAME, [2, 1], RULES, unseenLosses(database.pool));
    expect(compared.verdict.promote).toBe(true);
    expect(compared.metrics).toContainEqual({ name: 'skill', first: 0.05, second: 0.05 });
    expect([compared.onlyFirst, compared.onlySecond]).toEqual([[], []]);
    expect(await registry.history(NAME, 10)).toHaveLength(2);
  });
});
