import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { createLandingTables } from '../../../test/support/landingTables.ts';
import { PostgresLanding } from '../../postgresLanding.ts';
import { storyOf } from './llm/support/scorerOn.ts';
import { PostgresStoredScores } from './storedScores.ts';

describe('PostgresStoredScores', () => {
  let database: TestDatabase;
  let landing: PostgresLanding;
  let stored: PostgresStoredScores;
  const at = (minute: number): string => new Date(Date.UTC(2026, 2, 1, 12, minute)).toISOString();
  const fresh = storyOf('fresh', { summary: 's', url: 'https://example.com/a', receivedAt: at(5) });
  const undated = storyOf('undated', { publishedAt: null, receivedAt: at(6) });

  beforeAll(async () => {
    database = await testDatabase();
    await createLandingTables(database.url);
    landing = new PostgresLanding({ connection: database.url, durable: true });
    stored = new PostgresStoredScores(database.url);
    await landing.news([
      fresh,
      undated,
      storyOf('scored', { receivedAt: at(7) }),
      storyOf('published long ago', { publishedAt: '2026-01-01T00:00:00.000Z', receivedAt: at(8) }),
      storyOf('seen long ago', { receivedAt: '2026-01-01T00:00:00.000Z' }),
    ]);
    const score = { asset: 'BTC', score: 0, confidence: 0, reason: '', scoredAt: at(9) };
    await landing.newsScores(['a@1', 'b@1'].map((model) => ({ ...score, newsId: 'id of scored', model })));
  });
  afterAll(async () => {
    await stored.close();
    await landing.close();
    await database.drop();
  });

  test('finds stories without a score, as they were stored, the newest first', async () => {
    expect(await stored.unscored(at(0), 10)).toEqual([undated, fresh]);
    expect(await stored.unscored(at(0), 1)).toEqual([undated]);
  });

  test('knows which stories have a score of any model', async () => {
    expect(await stored.scored(['id of scored', 'id of fresh', 'unknown'])).toEqual(
      new Set(['id of scored']),
    );
    expect(await stored.scored([])).toEqual(new Set());
  });
});
