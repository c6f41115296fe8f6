import { afterEach, describe, expect, test } from '@jest/globals';
import { ManualClock } from '../../test/support/manualClock.ts';
import { LandingFailed } from '../errors.ts';
import { isoOf } from '../instant.ts';
import type { NewsStory } from '../landing.ts';
import { MemoryLanding } from '../memoryLanding.ts';
import { Random } from '../simulator/random.ts';
import type { NewsArchive } from './archive.ts';
import { FeedSource } from './feeds/feedSource.ts';
import { PageReader } from './http/reader.ts';
import { LONGEST_WAIT_MS } from './http/waits.ts';
import { NewsFeed, type NewsFeedOptions } from './newsFeed.ts';
import { nextWaitMs } from './pollPlan.ts';
import type { Collected, NewsSource } from './source.ts';
import { storyOf } from './story.ts';
import { item, page, rss, Site, until } from './testing/site.ts';

const START = Date.parse('2026-11-21T12:00:00Z');
const HOUR = 3600 * 1000;

/** What a landing holds, as an archive would find it. */
class LandedArchive implements NewsArchive {
  private readonly landing: MemoryLanding;

  constructor(landing: MemoryLanding) {
    this.landing = landing;
  }

  async recent(since: string, limit: number): Promise<readonly NewsStory[]> {
    const stories = [...this.landing.stored.news.values()].filter((story) => story.receivedAt >= since);
    return stories.slice(-limit);
  }

  async known(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(ids.filter((id) => this.landing.stored.news.has(id)));
  }
}

/** A source that answers from a list, then has nothing more. */
class ListSource implements NewsSource {
  readonly intervalMs = 60_000;
  visits = 0;
  readonly storedVisits: number[] = [];
  readonly name: string;
  private readonly answers: readonly (Error | readonly [title: string, url: string][])[];

  constructor(name: string, answers: readonly (Error | readonly [title: string, url: string][])[]) {
    this.name = name;
    this.answers = answers;
  }

  async collect(): Promise<Collected> {
    const visit = this.visits++;
    const answer = this.answers[visit] ?? [];
    if (answer instanceof Error) throw answer;
    return {
      stories: answer.map(([title, url]) => storyOf({ source: this.name, title, url }, isoOf(START * 1000))),
      unusable: [],
      waitMs: 0,
      stored: () => this.storedVisits.push(visit),
    };
  }
}

interface Stand {
  readonly feed: NewsFeed;
  readonly clock: ManualClock;
  readonly landing: MemoryLanding;
  readonly told: NewsStory[];
  /** Wakes the clock until the condition holds. */
  reach(condition: () => boolean): Promise<void>;
}

const running: { stop(): Promise<void> }[] = [];
const sites: Site[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
  for (const site of sites.splice(0)) await site.close();
});

function stand(
  sources: (clock: ManualClock) => readonly NewsSource[],
  options: Partial<NewsFeedOptions> = {},
): Stand {
  const clock = new ManualClock(START);
  const landing = (options.landing as MemoryLanding | undefined) ?? new MemoryLanding();
  const told: NewsStory[] = [];
  const feed = new NewsFeed({
    landing,
    clock,
    random: new Random(7, 'news'),
    archive: new LandedArchive(landing),
    onStories: (stories) => void told.push(...stories),
    ...options,
    sources: sources(clock),
  });
  const stop = new AbortController();
  const run = feed.run(stop.signal);
  running.push({
    stop: () => {
      stop.abort();
      return run;
    },
  });
  const reach = async (condition: () => boolean): Promise<void> => {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (condition()) return;
      // Only waits between visits are skipped; visits take the time they take.
      if (feed.state().every((state) => state.nextPoll !== null)) clock.wakeNext();
    }
  };
  return { feed, clock, landing, told, reach };
}

async function site(): Promise<Site> {
  const opened = await new Site(page('')).open();
  sites.push(opened);
  return opened;
}

function feedAt(url: string, clock: ManualClock, name = 'Example'): FeedSource {
  const reader = new PageReader({ clock, userAgent: 'Tickwave (test)' });
  return new FeedSource({ name, url, intervalMs: 60_000, reader, clock });
}

describe('NewsFeed', () => {
  test('lands each story once, whichever source tells it first and however often', async () => {
    const a = new ListSource('A', [
      [['Tether to launch stablecoin pegged to pound', 'https://a.example/1?utm_source=x']],
      [
        ['Tether to launch stablecoin pegged to pound', 'https://a.example/1'],
        ['Another story of this day entirely', 'https://a.example/2'],
      ],
    ]);
    const b = new ListSource('B', [
      [['TETHER TO LAUNCH stablecoin, pegged to the pound!', 'https://b.example/9']],
      [['Another story of this day entirely', 'https://b.example/10']],
    ]);
    const { landing, told, feed, reach } = stand(() => [a, b]);
    await reach(() => a.visits > 2 && b.visits > 2);
    expect(landing.stored.news.size).toBe(2);
    expect(told).toEqual([...landing.stored.news.values()]);
    const counts = feed.state().map(({ stories, duplicates }) => stories + duplicates);
    expect(counts).toEqual([3, 2]);
    expect(
      feed
        .state()
        .map((state) => state.stories)
        .reduce((sum, n) => sum + n),
    ).toBe(2);
  });

  test('knows after a restart what it had: recent titles, and addresses of any age', async () => {
    const landing = new MemoryLanding();
    const hoursAgo = (hours: number): string => isoOf((START - hours * HOUR) * 1000);
    const stored = [
      storyOf(
        { source: 'A', title: 'A story of long ago in a quiet feed', url: 'https://a.example/old' },
        hoursAgo(2000),
      ),
      storyOf(
        { source: 'A', title: 'Tether to launch stablecoin pegged to pound', url: 'https://a.example/1' },
        hoursAgo(47),
      ),
    ];
    await landing.news(stored);
    const b = new ListSource('B', [
      [
        ['A story of long ago in a quiet feed', 'https://a.example/old'],
        ['Tether to launch stablecoin pegged to pound', 'https://b.example/1'],
        ['A story of long ago in a quiet feed', 'https://b.example/again'],
      ],
    ]);
    const { told, reach } = stand(() => [b], { landing });
    await reach(() => b.visits > 1);
    expect(told.map((story) => story.url)).toEqual(['https://b.example/again']);
  });

  test('one source in trouble is put into words and tried less often; the others go on', async () => {
    const bad = new ListSource(
      'bad',
      Array.from({ length: 99 }, () => new Error('no such luck')),
    );
    const good = new ListSource('good', []);
    const { feed, reach } = stand(() => [bad, good]);
    await reach(() => good.visits > 40 && feed.state()[1]?.nextPoll !== null);
    expect(bad.visits).toBeGreaterThan(2);
    expect(bad.visits).toBeLessThan(8);
    expect(feed.state()).toMatchObject([
      { name: 'bad', lastError: 'no such luck', lastSuccess: null },
      { name: 'good', lastError: null, lastSuccess: expect.any(String), nextPoll: expect.any(String) },
    ]);
  });

  test('what the database refused is asked for again, in full', async () => {
    const publisher = await site();
    publisher.answer = page(rss([item('First story that is told here', 'https://a.example/1')]), {
      etag: '"1"',
    });
    const landing = new MemoryLanding();
    const news = landing.news.bind(landing);
    let refusals = 2;
    landing.news = async (rows) => {
      if (refusals-- > 0) throw new LandingFailed('Away.', 'Wait.', { cause: null, transient: true });
      return news(rows);
    };
    const { feed, told, reach } = stand((clock) => [feedAt(publisher.url, clock)], { landing });
    await reach(() => publisher.visits.length >= 4 && feed.state()[0]?.nextPoll !== null);
    expect(publisher.visits.map((visit) => visit.headers['if-none-match'])).toEqual([
      undefined,
      undefined,
      undefined,
      '"1"',
    ]);
    expect(told).toHaveLength(1);
  });

  test('an item that is none becomes one dead letter, however often it is read', async () => {
    const publisher = await site();
    publisher.answer = page(
      rss([
        '<link>https://a.example/no-title</link>',
        item('A story with some words', 'https://a.example/1'),
      ]),
    );
    const { feed, landing, reach } = stand((clock) => [feedAt(publisher.url, clock)]);
    await reach(() => publisher.visits.length >= 3 && feed.state()[0]?.nextPoll !== null);
    expect([...landing.stored.deadLetters.values()]).toMatchObject([
      { source: 'news', place: expect.stringMatching(/^Example#[0-9a-f]{32}$/) },
    ]);
    expect(feed.state()).toMatchObject([{ stories: 1, unusable: 1 }]);
  });

  test('of pages that are no feed one is kept, until the source has worked again', async () => {
    const publisher = await site();
    let count = 0;
    publisher.answer = (response, visit) => {
      const working = ++count % 4 === 0;
      page(working ? rss([]) : `<!doctype html><html>request ${count} ${'x'.repeat(100_000)}</html>`)(
        response,
        visit,
      );
    };
    const { feed, landing, reach } = stand((clock) => [feedAt(publisher.url, clock)]);
    await reach(() => publisher.visits.length >= 7 && feed.state()[0]?.nextPoll !== null);
    const letters = [...landing.stored.deadLetters.values()];
    expect(letters.map((letter) => Buffer.from(letter.raw).toString().slice(0, 32))).toEqual([
      '<!doctype html><html>request 1 x',
      '<!doctype html><html>request 5 x',
    ]);
    expect(letters[0]?.raw.length).toBe(65_536);
    expect(letters[0]?.reason).toMatch(/cut at 65536/);
  });

  test('a publisher that asks to be left alone is, for as long as it asks', async () => {
    const publisher = await site();
    publisher.answer = page('', { 'retry-after': '3600' }, 429);
    const { clock, feed, reach } = stand((manual) => [feedAt(publisher.url, manual)]);
    await reach(() => feed.state()[0]?.lastError !== null && feed.state()[0]?.nextPoll !== null);
    const wait = Date.parse(feed.state()[0]?.nextPoll ?? '') - clock.now();
    expect(wait).toBeGreaterThanOrEqual(HOUR);
    expect(wait).toBeLessThanOrEqual(1.1 * HOUR);
    expect(feed.state()[0]?.lastError).toMatch(/HTTP 429/);
  });

  test('takes what comes by itself', async () => {
    const { feed, told } = stand(() => []);
    const stories = [
      storyOf(
        { source: 'desk', title: 'Sent from outside by hand', url: 'https://a.example/1' },
        isoOf(START * 1000),
      ),
    ];
    const unusable = [{ reason: 'title is missing', raw: Buffer.from('{}') }];
    expect(await feed.take('webhook', { stories, unusable })).toEqual({
      stories: 1,
      duplicates: 0,
      unusable: 1,
    });
    expect(await feed.take('webhook', { stories, unusable })).toEqual({
      stories: 0,
      duplicates: 1,
      unusable: 0,
    });
    expect(told).toHaveLength(1);
    expect(feed.state()).toMatchObject([
      { name: 'webhook', stories: 1, duplicates: 1, unusable: 1, nextPoll: null },
    ]);
  });

  test('ends at once when it is told to, in the middle of a visit', async () => {
    const publisher = await site();
    publisher.answer = () => undefined;
    const { reach } = stand((clock) => [feedAt(publisher.url, clock)]);
    await reach(() => publisher.visits.length === 1);
    await running.pop()?.stop();
    await until(() => publisher.visits.length === 1);
  });
});

test('waits grow after failures and never undercut the interval or what was asked', () => {
  const of = (failures: number, askedMs: number, chance = 0): number =>
    nextWaitMs({ intervalMs: 60_000, failures, askedMs }, chance);
  expect([0, 1, 2, 6, 60].map((failures) => of(failures, 0))).toEqual([
    60_000, 120_000, 240_000, 3_840_000, 3_840_000,
  ]);
  expect(of(0, 900_000)).toBe(900_000);
  expect(of(0, 0, 0.5)).toBe(63_000);
  expect(nextWaitMs({ intervalMs: 24 * HOUR, failures: 3, askedMs: 0 }, 0)).toBe(24 * HOUR);
  expect(nextWaitMs({ intervalMs: HOUR, failures: 6, askedMs: 0 }, 0)).toBe(LONGEST_WAIT_MS);
});
