import { describe, test } from '@jest/globals';
import { testDatabase } from '../support/database.ts';
import { runRandomCatalog } from './random/run.ts';

const FIRST = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
/** A seed named by hand is run alone; else as many as the time allows. */
const CATALOGS = Number(process.env.TEST_CATALOGS ?? (process.env.SEED && !process.env.CI ? 1 : 12));
const ROUNDS = Number(process.env.TEST_ROUNDS ?? 8);

describe('views of random catalogs under random histories', () => {
  test.each(Array.from({ length: CATALOGS }, (_, index) => FIRST + index))('SEED=%i', async (seed) => {
    const database = await testDatabase();
    try {
      await runRandomCatalog({ url: database.url, seed, rounds: ROUNDS });
    } finally {
      await database.drop();
    }
  });
});
