import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { waitFor } from '../support/cli.ts';
import { describeWithKafka } from './describe.ts';
import { asStored, Rig } from './rig.ts';
import { madeUpTrades } from './trades.ts';

let rig: Rig;
let number = 0;

describeWithKafka('Kafka between connectors and engine', (broker) => {
  beforeEach(async () => {
    rig = await Rig.open(broker().address, `delivery${++number}`);
  });
  afterEach(() => rig.close());

  test('what is landed on the topics is what the tables hold, to the last digit', async () => {
    const landing = await rig.landing();
    const ingest = rig.ingest();
    const trades = madeUpTrades(5_000, 1);
    expect(await landing.trades(trades)).toBe(5_000);
    // A reconnect sends some again.
    await landing.trades(trades.slice(-700));
    await landing.heartbeats([{ exchange: 'test', symbol: 'BTC/USD', minute: '2026-01-05T00:00:00.000Z' }]);
    const story = {
      id: 'a1',
      source: 'feed',
      title: 'Üben "macht" \\ den\nMeister',
      summary: null,
      url: null,
    };
    await landing.news([{ ...story, publishedAt: null, receivedAt: '2026-01-05T00:00:01.000Z' }]);
    const score = {
      newsId: 'a1',
      asset: 'BTC',
      model: 'lexicon@1',
      score: -0.25,
      confidence: 1,
      reason: 'says so',
    };
    await landing.newsScores([{ ...score, scoredAt: '2026-01-05T00:00:02.123Z' }]);
    await rig.rows('trades', 5_000);
    for (const table of ['heartbeats', 'news', 'news_scores']) await rig.rows(table, 1);
    expect(await rig.trades()).toEqual(asStored(trades));
    const news = await rig.client.query('select id, title, summary, published_at from news');
    expect(news.rows).toEqual([{ id: 'a1', title: story.title, summary: null, published_at: null }]);
    const scores = await rig.client.query('select score, confidence, scored_at::text from news_scores');
    expect(scores.rows).toEqual([{ score: -0.25, confidence: 1, scored_at: '2026-01-05 00:00:02.123+00' }]);
    await waitFor('no lag', async () => ingest.state().lag === 0);
    expect(ingest.state()).toMatchObject({
      rows: 5_003,
      messages: 5_703,
      deadLetters: 0,
      error: null,
      resets: [],
    });
    expect(ingest.state().partitions).toHaveLength(12);
    expect(landing.state()).toMatchObject({
      connected: true,
      kafka: { delivered: 5_703, spooledRows: 0, trouble: null },
    });
  });
});
