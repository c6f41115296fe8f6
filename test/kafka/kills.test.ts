import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Random } from '../../connectors/simulator/random.ts';
import { waitFor } from '../support/cli.ts';
import { Child } from './child.ts';
import { describeWithKafka } from './describe.ts';
import { asStored, Rig, sqlWithTopics } from './rig.ts';
import { madeUpTrades } from './trades.ts';

// SEED replays a run.
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6));
let rig: Rig;
let number = 0;

describeWithKafka(`Kafka and kill -9 (SEED=${seed})`, (broker) => {
  beforeEach(async () => {
    rig = await Rig.open(broker().address, `kills${++number}`);
  });
  afterEach(() => rig.close());

  test('the broker: rows go to the spool, and from there to the topics, in order and before newer ones', async () => {
    const landing = await rig.landing();
    const ingest = rig.ingest();
    const trades = madeUpTrades(9_000, seed);
    const land = async (from: number, to: number): Promise<void> => {
      for (let at = from; at < to; at += 250) await landing.trades(trades.slice(at, at + 250));
    };
    await land(0, 3_000);
    const killed = broker().kill();
    await land(3_000, 6_000);
    await killed;
    await land(6_000, 7_000);
    const { kafka, words } = landing.state();
    expect(kafka.spooledRows).toBeGreaterThanOrEqual(1_000);
    expect(kafka.oldest).not.toBeNull();
    expect(words).toMatch(
      /^Kafka \(.*\) is away: .*; \d+ rows \(\d+\.\d MB, the oldest \d+ s old\) wait on disk$/,
    );
    await waitFor('the consumer to notice', async () => ingest.state().error !== null);
    await broker().run();
    await land(7_000, 9_000);
    await rig.rows('trades', 9_000);
    await waitFor('an empty spool', async () => landing.state().kafka.spooledRows === 0);
    expect(landing.state().words).toMatch(/takes rows$/);
    expect(await rig.trades()).toEqual(asStored(trades));
    await waitFor('no trouble', async () => ingest.state().error === null && ingest.state().lag === 0);
    // In order: of each key, the first copies come by their ids, which are 3 apart.
    const last = new Map<string, bigint>();
    for (const { key, value } of await broker().read(rig.topics.trades, 9_000)) {
      const id = BigInt(/"trade_id":(\d+)/.exec(String(value))?.[1] ?? 0);
      const before = last.get(String(key));
      if (before !== undefined && id > before) expect(id - before).toBe(3n);
      if (before === undefined || id > before) last.set(String(key), id);
    }
    expect(last.size).toBe(5);
  });

  test('the producer, with rows in the spool and without: what it was told is stored arrives', async () => {
    const random = new Random(seed);
    const count = 8_000;
    const trades = madeUpTrades(count, seed);
    const ingest = rig.ingest();
    const { folder, topics, database } = rig;
    const options = {
      brokers: rig.brokers,
      topics,
      partitions: 3,
      retentionHours: 1,
      spoolFolder: `${folder}/spool`,
    };
    const work = { ...options, spoolLimitBytes: 1e8, url: database.url, count, seed, batch: 50 };
    let safe = 0;
    for (let life = 0; life < 5; life++) {
      // In its third life the broker is away from the beginning.
      if (life === 2) await broker().kill();
      const child = new Child('producerProcess.ts', { ...work, from: safe });
      const goal = Math.min(count - 1, safe + 50 + random.below(1_500));
      await waitFor('some progress', async () => Number(child.lines().at(-1)?.split(' ')[0] ?? 0) > goal);
      await child.kill();
      const [told = '0', spooled = '0'] = child.lines().at(-1)?.split(' ') ?? [];
      safe = Number(told);
      if (life === 2) {
        expect(Number(spooled)).toBeGreaterThan(0);
        await broker().run();
      }
    }
    const child = new Child('producerProcess.ts', { ...work, from: safe });
    expect(await child.ended).toBe(0);
    await rig.rows('trades', count);
    expect(await rig.trades()).toEqual(asStored(trades));
    await waitFor('no lag', async () => ingest.state().lag === 0);
    expect((await rig.letters()).length).toBe(0);
  });

  test('the consumer, again and again: every row once', async () => {
    const random = new Random(seed, 'consumer');
    const landing = await rig.landing({ partitions: 4 });
    const count = 30_000;
    const trades = madeUpTrades(count, seed);
    // A table without a key would show a row that was stored twice.
    await rig.client.query(
      `create table arrivals as select trade_id, symbol from trades;
       create function arrived() returns trigger language plpgsql as $$ begin
         insert into arrivals select trade_id, symbol from fresh; return null; end $$;
       create trigger arrived after insert on trades referencing new table as fresh for each statement execute function arrived()`,
    );
    await landing.trades(trades);
    const work = {
      url: rig.database.url,
      brokers: rig.brokers,
      groupId: 'kills',
      files: [...(await sqlWithTopics(rig.name))],
    };
    let stored = 0;
    for (let life = 0; life < 6; life++) {
      const child = new Child('consumerProcess.ts', work);
      const goal = stored + 1 + random.below(3_000);
      await waitFor('some progress', async () => (await rig.count('trades')) >= Math.min(goal, count));
      await child.kill();
      stored = await rig.count('trades');
    }
    expect(stored).toBeLessThan(count);
    const child = new Child('consumerProcess.ts', work);
    await rig.rows('trades', count);
    await child.kill();
    expect(await rig.trades()).toEqual(asStored(trades));
    expect(await rig.count('arrivals')).toBe(count);
    const { rows } = await rig.client.query(
      `select sum(next_offset)::int as stored from engine.kafka_offsets where topic = $1`,
      [rig.topics.trades],
    );
    expect(rows).toEqual([{ stored: count }]);
  });
});
