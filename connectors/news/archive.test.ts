import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { createLandingTables } from '../../test/support/landingTables.ts';
import { PostgresLanding } from '../postgresLanding.ts';
import { PostgresNewsArchive } from './archive.ts';
import { storyOf } from './story.ts';

let database: TestDatabase;
let landing: PostgresLanding;
let archive: PostgresNewsArchive;

beforeAll(async () => {
  database = await testDatabase();
  await createLandingTables(database.url);
  landing = new PostgresLanding({ connection: database.url, durable: true });
  archive = new PostgresNewsArchive(database.url);
});
afterAll(async () => {
  await archive.close();
  await landing.close();
  await database.drop();
});

test('finds what was landed: the newest since a time, oldest first, and ids of any age', async () => {
  const stories = [10, 11, 12, 13].map((hour) =>
    storyOf(
      {
        source: 'Example',
        title: `Hour ${hour} \ud800\u0000"{}\\`,
        summary: 'Text',
        url: `https://a.example/${hour}`,
        publishedAt: '2026-11-21',
      },
      `2026-11-21T${hour}:00:00.000Z`,
    ),
  );
  expect(await landing.news(stories)).toBe(4);
  expect(await landing.news(stories)).toBe(0);
  expect(await archive.recent('2026-11-21T11:00:00.000Z', 2)).toEqual(stories.slice(2));
  expect(await archive.recent('2026-11-21T11:00:00.000Z', 9)).toEqual(stories.slice(1));
  const ids = stories.slice(0, 2).map((story) => story.id);
  expect(await archive.known([...ids, 'unknown'])).toEqual(new Set(ids));
  expect(await archive.known([])).toEqual(new Set());
});
