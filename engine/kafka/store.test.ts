import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { ManualClock } from '../../test/support/manualClock.ts';
import { buildCatalog } from '../catalog/catalog.ts';
import type { Message } from './client.ts';
import { OffsetStore } from './store.ts';
import { kafkaTables } from './table.ts';

const TABLE = `-- Events.
-- grain: id
-- time: ts
-- why: a test needs them.
create table events (
  id bigint, -- number
  ts timestamptz, -- time
  name varchar, -- any text
  primary key (id)
) on conflict do nothing
with (connector = 'kafka', topic = 'events') format plain encode json;`;

let database: TestDatabase;
let client: pg.Client;
const tables = kafkaTables(buildCatalog(new Map([['landing/events.sql', TABLE]])));

beforeEach(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`create table events (id bigint primary key, ts timestamptz, name varchar);
    create table dead_letters (source varchar, place varchar, reason varchar, raw_base64 varchar, received_at timestamptz, primary key (source, place))`);
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

const open = (): OffsetStore => new OffsetStore(database.url, tables, new ManualClock(1_000));

function message(offset: number, fields: object = { id: offset }, partition = 0): Message {
  const value = Buffer.from(JSON.stringify(fields));
  return { topic: 'events', partition, offset, value, key: null, size: value.length };
}

const range = (from: number, to: number): Message[] =>
  Array.from({ length: to - from }, (_, index) => message(from + index));

const broker = (low: number, high: number, topicId: string | null = null) => [
  { topic: 'events', partition: 0, low, high, topicId },
];

test('two consumers that take themselves for the owner store every message once, whatever they read when', async () => {
  const stores = [open(), open()] as const;
  try {
    // Each step: who stores, from how far back, how many, and whether the other does the same meanwhile.
    const steps = fc.array(
      fc.tuple(fc.boolean(), fc.nat(30), fc.integer({ min: 1, max: 40 }), fc.boolean()),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (todo) => {
        await client.query('truncate events');
        await client.query('drop schema if exists engine cascade');
        for (const store of stores) await store.close();
        await stores[0].positions(broker(0, 1_000));
        let next = 0;
        for (const [second, back, count, both] of todo) {
          const [one, other] = second ? [stores[1], stores[0]] : stores;
          const from = Math.max(0, next - back);
          const expected = new Map([['events/0', from]]);
          const work = [one.store(range(from, from + count), expected)];
          if (both) work.push(other.store(range(from, from + count + 3), expected));
          await Promise.all(work);
          next = Math.max(next, from + count + (both ? 3 : 0));
        }
        const { rows } = await client.query('select id::int from events order by id');
        expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: next }, (_, id) => id));
        const offsets = await client.query('select next_offset::int from engine.kafka_offsets');
        expect(offsets.rows).toEqual([{ next_offset: next }]);
      }),
      { numRuns: 25 },
    );
  } finally {
    for (const store of stores) await store.close();
  }
});

test('nothing is stored behind a hole: a consumer that is ahead of the database is sent back', async () => {
  const store = open();
  await store.positions(broker(0, 100));
  await store.store(range(0, 10), new Map([['events/0', 0]]));
  const ahead = await store.store(range(20, 30), new Map([['events/0', 20]]));
  expect(ahead).toMatchObject({ rows: 0, offsets: [], behind: [{ topic: 'events', partition: 0 }] });
  expect((await store.positions(broker(0, 100))).offsets).toEqual([
    { topic: 'events', partition: 0, offset: 10 },
  ]);
  // Holes of the topic's own, as transactions leave them, are none.
  const jumped = await store.store(range(15, 20), new Map([['events/0', 10]]));
  expect(jumped.offsets).toEqual([{ topic: 'events', partition: 0, offset: 20 }]);
  await store.close();
});

test('offsets that are not there any more, or mean another topic, are set to the earliest and told', async () => {
  const store = open();
  expect(await store.positions(broker(5, 100, 'a'))).toEqual({
    offsets: [{ topic: 'events', partition: 0, offset: 5 }],
    resets: [],
  });
  const told = async (...at: Parameters<typeof broker>): Promise<[number | undefined, string]> => {
    const { offsets, resets } = await store.positions(broker(...at));
    return [offsets[0]?.offset, resets.join()];
  };
  expect(await told(40, 100, 'a')).toEqual([
    40,
    expect.stringContaining('35 messages of events/0 from offset 5 on are gone'),
  ]);
  expect(await told(0, 30, 'a')).toEqual([
    0,
    expect.stringContaining('ends at offset 30, before the stored offset 40'),
  ]);
  expect(await told(0, 30, 'b')).toEqual([
    0,
    expect.stringContaining('was made anew (its id was a and is b)'),
  ]);
  expect(await told(0, 30, 'b')).toEqual([0, '']);
  expect(await told(0, 30)).toEqual([0, '']);
  const { rows } = await client.query('select source, place from dead_letters');
  expect(rows).toHaveLength(3);
  await store.close();
});

test('rows that PostgreSQL refuses are found among many, with the good ones stored', async () => {
  await client.query(`alter table events add check (name <> 'bad')`);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(63), { maxLength: 20 }), async (bad) => {
      await client.query('truncate events, dead_letters; drop schema if exists engine cascade');
      const store = open();
      await store.positions(broker(0, 100));
      const messages = Array.from({ length: 64 }, (_, id) =>
        message(id, { id, name: bad.includes(id) ? 'bad' : 'good' }),
      );
      const stored = await store.store(messages, new Map([['events/0', 0]]));
      expect(stored).toMatchObject({ rows: 64 - bad.length, letters: bad.length, offsets: [{ offset: 64 }] });
      const { rows } = await client.query('select place from dead_letters');
      expect(rows.map(({ place }) => Number(place.split('@')[1])).sort()).toEqual([...bad].sort());
      await store.close();
    }),
    { numRuns: 10 },
  );
});

test('a table that has changed is a matter of the database, not of rows: nothing moves on', async () => {
  const store = open();
  await store.positions(broker(0, 100));
  await client.query('alter table events rename column name to title');
  await expect(store.store(range(0, 3), new Map([['events/0', 0]]))).rejects.toThrow(
    'the database: column "name"',
  );
  await client.query('alter table events rename column title to name');
  expect(await store.store(range(0, 3), new Map([['events/0', 0]]))).toMatchObject({ rows: 3 });
  await store.close();
});
