import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Catalog, loadCatalog } from '../../engine/catalog/catalog.ts';
import { machineAlgorithms } from '../models/testing/libraries.ts';
import { judgeMarket, type Verdict } from './testing/proof.ts';

// From simulated trades through every view to a verdict: a planted signal is found, and none is found in a random walk.
// One seed of a few days here; TEST_PROOF_SEEDS=20 is the full proof, which testing/proveSkill.ts does faster.

const SEEDS = Number(process.env.TEST_PROOF_SEEDS ?? 1);
const FULL = SEEDS > 1;
const HOURS = FULL ? 120 : 40;
const SIGNAL = FULL ? 0.4 : 2;

const algorithms = await machineAlgorithms();
const judged = (['ridge', 'xgboost'] as const)
  .filter((name) => algorithms.available.has(name))
  .slice(0, FULL ? 2 : 1);
let catalog: Catalog;

beforeAll(async () => {
  catalog = await loadCatalog('sql');
});

afterAll(() => algorithms.close());

async function verdicts(signal: number): Promise<readonly Verdict[]> {
  const all: Verdict[] = [];
  for (let seed = 1; seed <= SEEDS; seed++)
    all.push(...(await judgeMarket({ catalog, algorithms, judged, seed, hours: HOURS, signal })));
  return all;
}

function significant(all: readonly Verdict[], algorithm: string): number {
  return all.filter((verdict) => verdict.algorithm === algorithm && verdict.pValue <= 0.05).length;
}

describe(`skill on simulated markets (seeds 1 to ${SEEDS})`, () => {
  const limit = SEEDS * 600_000;

  test(
    'a planted signal is found',
    async () => {
      const found = await verdicts(SIGNAL);
      // One seed in ten may hide it.
      for (const name of judged) expect(significant(found, name)).toBeGreaterThanOrEqual(0.9 * SEEDS);
      expect(found.reduce((sum, { skill }) => sum + skill, 0)).toBeGreaterThan(0);
    },
    limit,
  );

  test(
    'none is found in a random walk',
    async () => {
      const found = await verdicts(0);
      // At 5 % more than three of twenty would come once in sixty proofs.
      for (const name of judged) expect(significant(found, name)).toBeLessThanOrEqual(FULL ? 3 : 0);
      for (const { skill } of found) expect(skill).toBeLessThan(0.03);
    },
    limit,
  );
});
