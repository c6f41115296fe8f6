import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ManualClock } from '../../../test/support/manualClock.ts';
import { LandingFailed } from '../../errors.ts';
import type { NewsScore, NewsStory } from '../../landing.ts';
import { MemoryLanding } from '../../memoryLanding.ts';
import { LexiconScorer } from './lexicon/lexiconScorer.ts';
import { storyOf } from './llm/support/scorerOn.ts';
import { NO_ASSET } from './scoreLanding.ts';
import type { NewsScorer, StoryScore } from './scorer.ts';
import type { ScoringQueueOptions } from './scoringOptions.ts';
import { ScoringQueue } from './scoringQueue.ts';
import type { StoredScores } from './storedScores.ts';

const NOW = Date.UTC(2026, 2, 1, 12, 1);

/** The tables, as the landing holds them. */
class MemoryStore extends MemoryLanding implements StoredScores {
  failures: Error[] = [];

  override async newsScores(rows: readonly NewsScore[]): Promise<number> {
    const failure = this.failures.shift();
    if (failure) throw failure;
    return super.newsScores(rows);
  }

  async scored(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const all = new Set([...this.stored.newsScores.values()].map((row) => row.newsId));
    return new Set(ids.filter((id) => all.has(id)));
  }

  async unscored(since: string, limit: number): Promise<readonly NewsStory[]> {
    const stories = [...this.stored.news.values()];
    const known = await this.scored(stories.map(({ id }) => id));
    return stories.filter((story) => story.receivedAt >= since && !known.has(story.id)).slice(0, limit);
  }
}

/** A model that does what the test says, and notes what it was asked. */
class ScriptedScorer implements NewsScorer {
  readonly model = 'scripted@1';
  readonly asked: string[][] = [];
  outcome: (story: NewsStory) => StoryScore = (story) => ({
    kind: 'scored',
    newsId: story.id,
    assets: [{ asset: 'BTC', score: 0.25, confidence: 0.5, reason: 'scripted' }],
  });

  async score(stories: readonly NewsStory[]): Promise<readonly StoryScore[]> {
    this.asked.push(stories.map(({ id }) => id));
    return stories.map((story) => this.outcome(story));
  }
}

describe('ScoringQueue', () => {
  let clock: ManualClock;
  let store: MemoryStore;
  let scorer: ScriptedScorer;
  let stop: AbortController;
  let running: Promise<void>;
  let queue: ScoringQueue;

  beforeEach(() => {
    turns = 0;
    clock = new ManualClock(NOW);
    store = new MemoryStore();
    scorer = new ScriptedScorer();
    stop = new AbortController();
    running = Promise.resolve();
  });
  afterEach(async () => {
    stop.abort();
    await running;
  });

  const start = (changes: Partial<ScoringQueueOptions> = {}): void => {
    const fallback = new LexiconScorer();
    queue = new ScoringQueue({
      scorer,
      fallback,
      landing: store,
      stored: store,
      assets: ['BTC', 'ETH'],
      clock,
      ...changes,
    });
    running = queue.run(stop.signal);
  };
  const rows = (): NewsScore[] => [...store.stored.newsScores.values()];
  let turns = 0;
  const turn = (): Promise<void> => {
    if (++turns > 20_000) throw new Error('What the test waits for does not happen.');
    return new Promise((resolve) => setImmediate(resolve));
  };
  /** Lets the queue work, without moving the time. */
  const until = async (met: () => boolean): Promise<void> => {
    while (!met()) await turn();
  };
  /** As `until`, moving the time to whatever is slept for. */
  const passingUntil = async (met: () => boolean): Promise<void> => {
    while (!met()) {
      await turn();
      if (!met()) clock.wakeNext();
    }
  };
  const fails =
    (retry: 'later' | 'alone' | 'never') =>
    (story: NewsStory): StoryScore => ({
      kind: 'unscored',
      newsId: story.id,
      reason: 'The server is away.',
      retry,
    });

  test('scores what is added, as known from now, and says by which model', async () => {
    start();
    await until(() => clock.sleeping === 1);
    queue.add([storyOf('one'), storyOf('two')]);
    await until(() => rows().length === 2);
    expect(scorer.asked).toEqual([['id of one', 'id of two']]);
    expect(rows()[0]).toEqual({
      newsId: 'id of one',
      asset: 'BTC',
      model: 'scripted@1',
      score: 0.25,
      confidence: 0.5,
      reason: 'scripted',
      scoredAt: new Date(NOW).toISOString(),
    });
    expect(queue.state()).toMatchObject({ queued: 0, scored: 2, byFallback: 0, problem: null });
  });

  test('takes up what was stored and never scored, and nothing else', async () => {
    await store.news([
      storyOf('scored'),
      storyOf('crashed'),
      storyOf('old', { receivedAt: '2026-02-01T00:00:00.000Z' }),
    ]);
    await store.newsScores([
      {
        newsId: 'id of scored',
        asset: 'BTC',
        model: 'other@1',
        score: 0,
        confidence: 0,
        reason: '',
        scoredAt: new Date(NOW).toISOString(),
      },
    ]);
    start();
    await until(() => queue.state().scored === 1);
    expect(scorer.asked).toEqual([['id of crashed']]);
  });

  test('a story is scored once, however often it comes and after a restart', async () => {
    start();
    queue.add([storyOf('one')]);
    await until(() => queue.state().scored === 1);
    queue.add([storyOf('one'), storyOf('one')]);
    expect(queue.state()).toMatchObject({ queued: 0, passedOver: 2 });
    stop.abort();
    await running;
    stop = new AbortController();
    start();
    queue.add([storyOf('one')]);
    await until(() => queue.state().passedOver === 1);
    expect(scorer.asked).toHaveLength(1);
  });

  test('a story that concerns no asset is marked as read', async () => {
    scorer.outcome = (story) => ({ kind: 'scored', newsId: story.id, assets: [] });
    start();
    queue.add([storyOf('sports')]);
    await until(() => rows().length === 1);
    expect(rows()[0]).toMatchObject({ asset: NO_ASSET, score: 0, model: 'scripted@1' });
  });

  test('old news is passed over', async () => {
    start();
    queue.add([storyOf('yesteryear', { publishedAt: '2025-03-01T00:00:00.000Z' })]);
    expect(queue.state()).toMatchObject({ queued: 0, passedOver: 1 });
  });

  test('what fails is tried again, with pauses, then scored by the fallback', async () => {
    scorer.outcome = fails('later');
    start();
    queue.add([storyOf('Bitcoin soars'), storyOf('Bitcoin falls')]);
    await until(() => queue.state().retrying === 2);
    expect(queue.state()).toMatchObject({ queued: 2, problem: 'The server is away.' });
    await passingUntil(() => queue.state().scored === 2);
    expect(scorer.asked.map(({ length }) => length)).toEqual([2, 2, 2]);
    expect(clock.now()).toBe(NOW + 30_000 + 60_000);
    expect(rows().map(({ model }) => model)).toEqual(['lexicon@1', 'lexicon@1']);
    expect(rows()[0]?.scoredAt).toBe(new Date(NOW + 90_000).toISOString());
    expect(queue.state()).toMatchObject({ queued: 0, byFallback: 2 });
  });

  test('what may have spoiled its request goes alone', async () => {
    scorer.outcome = fails('alone');
    start();
    queue.add([storyOf('one'), storyOf('two')]);
    await until(() => queue.state().retrying === 2);
    const wellAgain = new ScriptedScorer().outcome;
    scorer.outcome = (story) => (story.title === 'two' ? fails('alone')(story) : wellAgain(story));
    await passingUntil(() => queue.state().scored === 2);
    expect(scorer.asked.map(({ length }) => length)).toEqual([2, 1, 1, 1]);
    expect(rows().map(({ newsId, model }) => [newsId, model])).toEqual([
      ['id of one', 'scripted@1'],
      ['id of two', 'lexicon@1'],
    ]);
  });

  test('what cannot be scored today goes to the fallback at once', async () => {
    scorer.outcome = fails('never');
    start();
    queue.add([storyOf('Bitcoin soars')]);
    await until(() => rows().length === 1);
    expect(rows()[0]?.model).toBe('lexicon@1');
    expect(clock.now()).toBe(NOW);
  });

  test('what does not fit waits in the table', async () => {
    const stories = Array.from({ length: 10 }, (_, index) => storyOf(`story ${index}`));
    await store.news(stories);
    start({ maxQueued: 4, maxTaken: 2 });
    queue.add(stories);
    expect(queue.state()).toMatchObject({ queued: 4, full: true });
    await until(() => queue.state().scored === 10);
    expect(new Set(scorer.asked.flat()).size).toBe(10);
    expect(scorer.asked.flat()).toHaveLength(10);
  });

  test('scores wait for a database that is away, and are known from when they are stored', async () => {
    store.failures = Array.from(
      { length: 2 },
      () => new LandingFailed('No connection.', 'Start it.', { cause: null, transient: true }),
    );
    start();
    queue.add([storyOf('one')]);
    await passingUntil(() => rows().length === 1);
    expect(rows()[0]?.scoredAt).toBe(new Date(NOW + 300).toISOString());
    expect(scorer.asked).toHaveLength(1);
  });

  test('a database that refuses is said in words', async () => {
    store.failures = [
      new LandingFailed('No such column.', 'Check sql/landing.', { cause: null, transient: false }),
    ];
    start();
    queue.add([storyOf('one')]);
    await until(() => queue.state().problem !== null);
    expect(queue.state().problem).toMatch(/No such column.*sql\/landing/);
    await passingUntil(() => rows().length === 1);
    expect(queue.state()).toMatchObject({ queued: 0, problem: null });
  });
});
