import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { toMessage } from '../../connectors/kafka/message.ts';
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

  test('poison between good messages becomes dead letters, and nothing waits for it', async () => {
    await broker().makeTopic(rig.topics.trades, 1, { 'max.message.bytes': '20000000' });
    for (const topic of [rig.topics.heartbeats, rig.topics.news, rig.topics.newsScores])
      await broker().makeTopic(topic, 1);
    await rig.client.query('alter table trades add constraint not_free check (price > 0)');
    const row = {
      exchange: 'test',
      symbol: 'BTC/USD',
      ts: '2026-01-05T00:00:00Z',
      price: '1',
      quantity: '2',
      side: 'buy',
    };
    const json = (fields: object): Buffer => Buffer.from(JSON.stringify(fields));
    const good = (trade_id: number, more = {}): { value: Buffer } => ({
      value: json({ ...row, trade_id, ...more }),
    });
    const poison: (readonly [Buffer | null, RegExp])[] = [
      [Buffer.from([0xff, 0x00, 0xfe]), /^value is not UTF-8/],
      [Buffer.from('{"exchange":'), /^value is not JSON: /],
      [Buffer.from('"text"'), /^value is "text", expected a JSON object/],
      [Buffer.from('[{}]'), /expected a JSON object/],
      [null, /^no value \(a tombstone\)/],
      [json({ ...row }), /^trade_id is missing, and it is in the key of trades/],
      [json({ ...row, trade_id: null }), /^trade_id is null/],
      [json({ ...row, trade_id: 1.5 }), /^trade_id is 1.5, expected a whole number/],
      [
        Buffer.from(JSON.stringify({ ...row, trade_id: 7 }).replace(':7', ':9223372036854775808')),
        /^trade_id is 9223372036854775808, expected a whole number from -9223372036854775808/,
      ],
      [json({ ...row, trade_id: 8, price: 'NaN' }), /^price is "NaN", expected a decimal number/],
      [json({ ...row, trade_id: 8, quantity: '-Infinity' }), /^quantity is "-Infinity"/],
      [json({ ...row, trade_id: 8, price: true }), /^price is true/],
      [
        json({ ...row, trade_id: 8, ts: '2026-02-30T00:00:00Z' }),
        /^ts is "2026-02-30T00:00:00Z", expected a time/,
      ],
      [json({ ...row, trade_id: 8, symbol: 7 }), /^symbol is 7, expected text/],
      [
        json({ ...row, trade_id: 8, symbol: 'BTC\0USD' }),
        /^symbol is "BTC\\u0000USD", expected text without/,
      ],
      [json({ ...row, trade_id: 8, price: '1e200000' }), /^PostgreSQL refused it for trades: .*overflow/],
      [json({ ...row, trade_id: 8, price: '0' }), /^PostgreSQL refused it for trades: .*not_free/],
      [
        Buffer.alloc(2_000_000, 'x'),
        /^value has 2000000 bytes, more than the limit of 1048576; the first 65536/,
      ],
    ];
    const messages = poison.flatMap(([value], index) => [{ value }, good(1000 + index)]);
    await broker().send(rig.topics.trades, [
      ...messages,
      { ...good(2000), headers: [{ schema: '2' }] },
      {
        ...good(2001, { unknown: { more: [1] }, ts: 1767571200123, price: 1.1 }),
        headers: [{ schema: '1' }],
      },
      {
        value: Buffer.from(
          JSON.stringify({ ...row, trade_id: 0 })
            .replace('"trade_id":0', '"trade_id":9223372036854775807')
            .replace('"price":"1"', '"price":0.12345678901234567890'),
        ),
      },
      good(1000, { price: '999' }),
    ]);
    const ingest = rig.ingest();
    await waitFor('all of it', async () => ingest.state().messages === messages.length + 4);
    const letters = await rig.letters();
    expect(letters).toHaveLength(poison.length + 1);
    for (const [index, [value, reason]] of poison.entries()) {
      const letter = letters.find(({ place }) => place === `${rig.topics.trades}/0@${2 * index}`);
      expect(letter?.reason).toMatch(reason);
      expect(letter?.raw.equals((value ?? Buffer.alloc(0)).subarray(0, 65_536))).toBe(true);
    }
    const last = letters.find(({ place }) => place.endsWith(`@${messages.length}`));
    expect(last?.reason).toBe('header schema is "2", expected 1');
    const stored = await rig.trades();
    expect(stored).toHaveLength(poison.length + 2);
    const byId = new Map(stored.map((trade) => [trade.tradeId, trade]));
    expect(byId.get('9223372036854775807')?.price).toBe('0.12345678901234567890');
    expect(byId.get('2001')?.ts).toBe('2026-01-05T00:00:00.123000Z');
    expect(byId.get('1000')?.price).toBe('1');
    expect(ingest.state()).toMatchObject({ deadLetters: poison.length + 1, error: null });
  });

  test('two consumers share the partitions; one that leaves, or comes, costs and doubles nothing', async () => {
    const landing = await rig.landing({ partitions: 4 });
    const trades = madeUpTrades(12_000, 2);
    const [first, second] = [rig.ingest({ maxBatchRows: 200 }), rig.ingest({ maxBatchRows: 200 })];
    const parts = (ingest: typeof first): number => ingest.state().partitions.length;
    await landing.trades(trades.slice(0, 1000));
    await waitFor('a fair share', async () => parts(first) === 8 && parts(second) === 8);
    for (let from = 1000; from < 5000; from += 500) await landing.trades(trades.slice(from, from + 500));
    const third = rig.ingest({ maxBatchRows: 200 });
    for (let from = 5000; from < 8000; from += 500) await landing.trades(trades.slice(from, from + 500));
    await first.stop();
    for (let from = 8000; from < 12_000; from += 500) await landing.trades(trades.slice(from, from + 500));
    await rig.rows('trades', 12_000);
    await waitFor('the share of the others', async () => parts(second) + parts(third) === 16);
    expect(await rig.trades()).toEqual(asStored(trades));
    const rows = [first, second, third].map((ingest) => ingest.state().rows);
    expect(rows.reduce((sum, one) => sum + one, 0)).toBe(12_000);
    expect((await rig.letters()).length).toBe(0);
  });

  test('topics that are there stay as they are; a key keeps its partition', async () => {
    await broker().makeTopic(rig.topics.trades, 5);
    const landing = await rig.landing({ partitions: 2 });
    const ingest = rig.ingest();
    await landing.trades(madeUpTrades(500, 3));
    await rig.rows('trades', 500);
    await waitFor('all topics', async () => ingest.state().partitions.length === 11);
    const counts = new Map<string, number>();
    for (const { topic } of ingest.state().partitions) counts.set(topic, (counts.get(topic) ?? 0) + 1);
    expect(counts.get(rig.topics.trades)).toBe(5);
    expect(counts.get(rig.topics.news)).toBe(2);
    const messages = await broker().read(rig.topics.trades, 500);
    const places = new Map<string, Set<number>>();
    for (const { key, partition } of messages) {
      const market = String(key);
      places.set(market, (places.get(market) ?? new Set()).add(partition));
    }
    expect([...places.keys()].sort()[0]).toBe('test:ADA/USD');
    expect([...places.values()].map((partitions) => partitions.size)).toEqual([1, 1, 1, 1, 1]);
    expect(messages[0]?.headers).toEqual([{ schema: Buffer.from('1') }]);
  });

  test('a topic that is made anew is read from its beginning, and said so', async () => {
    await broker().makeTopic(rig.topics.trades, 1);
    const landing = await rig.landing({ partitions: 1 });
    const before = rig.ingest();
    await landing.trades(madeUpTrades(300, 4));
    await rig.rows('trades', 300);
    await before.stop();
    await landing.close();
    await broker().deleteTopic(rig.topics.trades);
    await waitFor('the topic to be made anew', () =>
      broker()
        .makeTopic(rig.topics.trades, 1)
        .then(
          () => true,
          () => false,
        ),
    );
    // More messages than the old topic had: its offsets are all there, and mean others.
    const again = await rig.landing();
    await again.trades(madeUpTrades(400, 5, 'anew'));
    const after = rig.ingest();
    await rig.rows('trades', 700);
    expect(after.state().resets).toEqual([expect.stringContaining('was made anew')]);
    const letters = await rig.letters();
    expect(letters.map(({ reason }) => reason)).toEqual(after.state().resets);
    expect(letters[0]?.place).toContain('@300 set to 0 at ');
  });

  test('messages that the retention took before they were read are counted, not passed over in silence', async () => {
    await broker().makeTopic(rig.topics.trades, 1);
    const landing = await rig.landing({ partitions: 1 });
    const first = rig.ingest();
    await landing.trades(madeUpTrades(10, 6));
    await rig.rows('trades', 10);
    await first.stop();
    await landing.trades(madeUpTrades(600, 6, 'later'));
    await broker().deleteRecords(rig.topics.trades, 500);
    const second = rig.ingest();
    await rig.rows('trades', 120);
    expect(second.state().resets).toEqual([
      expect.stringMatching(/^490 messages of .* from offset 10 on are gone/),
    ]);
    expect((await rig.letters()).map(({ reason }) => reason)).toEqual(second.state().resets);
  });

  test('a database that goes away, and one that went back, are read up again', async () => {
    const landing = await rig.landing({ partitions: 2 });
    const ingest = rig.ingest({ maxBatchRows: 100 });
    const trades = madeUpTrades(6_000, 7);
    await landing.trades(trades.slice(0, 2_000));
    await rig.rows('trades', 500);
    await rig.client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tickwave kafka' and datname = current_database()`,
    );
    await landing.trades(trades.slice(2_000, 4_000));
    await rig.rows('trades', 4_000);
    // As after a crash that took the last commits back, rows and offsets together.
    await rig.client.query(
      'begin; lock table engine.kafka_offsets; delete from trades; update engine.kafka_offsets set next_offset = 0; commit',
    );
    await landing.trades(trades.slice(4_000));
    await rig.rows('trades', 6_000);
    expect(await rig.trades()).toEqual(asStored(trades));
    expect(rig.said).toContainEqual(expect.stringMatching(/the database went back for .*: reading again/));
    await waitFor('no trouble', async () => ingest.state().error === null && ingest.state().lag === 0);
  });

  test('a heartbeat waits for the trades that were written before it', async () => {
    await broker().makeTopic(rig.topics.trades, 2);
    await broker().makeTopic(rig.topics.heartbeats, 1);
    for (const topic of [rig.topics.news, rig.topics.newsScores]) await broker().makeTopic(topic, 1);
    const start = Date.now() - 3_600_000;
    const trades = madeUpTrades(20_000, 8).map((trade, index) => ({
      ...toMessage.trades('', trade),
      timestamp: start + index * 100,
    }));
    const heartbeats = Array.from({ length: 100 }, (_, index) => ({
      value: Buffer.from(JSON.stringify({ exchange: 'e', symbol: 's', minute: index * 60_000 })),
      timestamp: start + (index + 1) * 200 * 100,
    }));
    await broker().send(rig.topics.trades, trades);
    await broker().send(rig.topics.heartbeats, heartbeats);
    await rig.client.query(
      `create table seen (minute timestamptz, trades bigint);
       create function see() returns trigger language plpgsql as $$ begin
         insert into seen select minute, (select count(*) from trades) from fresh; return null; end $$;
       create trigger see after insert on heartbeats referencing new table as fresh for each statement execute function see()`,
    );
    // A batch is stored topic by topic, so a heartbeat may lack the trades of its own batch, and of one look in each partition.
    rig.ingest({ maxBatchRows: 500 });
    await rig.rows('trades', 20_000);
    await rig.rows('heartbeats', 100);
    const { rows } = await rig.client.query<{ trades: number }>(
      'select trades::int from seen order by minute',
    );
    for (const [index, { trades: there }] of rows.entries())
      expect(there).toBeGreaterThanOrEqual((index + 1) * 200 - 1_200);
  });

  test('what trickles in is stored as it comes, not when a batch is full', async () => {
    const landing = await rig.landing({ partitions: 1 });
    const ingest = rig.ingest({ maxBatchRows: 1_000_000 });
    const trades = madeUpTrades(20_000, 9);
    let sent = 0;
    // The stream never pauses for as long as the consumer would wait.
    while (ingest.state().rows < 100 && sent < trades.length)
      await landing.trades(trades.slice(sent, ++sent));
    expect(sent).toBeLessThan(trades.length);
  });
});
