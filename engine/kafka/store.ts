import type { ClientBase } from 'pg';
import type { Clock } from '../clock.ts';
import type { Message, TopicOffset, TopicPartition } from './client.ts';
import { StoreConnection } from './connection.ts';
import { type Stored, TableInsert } from './insert.ts';
import { insertLetters, type Letter, letterOf } from './letter.ts';
import { type BrokerPartition, findPositions, keyOf, lockOffsets, type Positions } from './positions.ts';
import { readRow } from './row.ts';
import type { KafkaTable } from './table.ts';

/** What one transaction stored. */
export interface StoredBatch {
  readonly rows: number;
  readonly letters: number;
  /** Where each partition stands now. */
  readonly offsets: readonly TopicOffset[];
  /** Partitions whose stored offset lies before what this consumer took for stored: they have to be read again from there. */
  readonly behind: readonly TopicPartition[];
}

/** The database's side: rows and offsets in one transaction. */
export class OffsetStore {
  readonly #connection: StoreConnection;
  readonly #clock: Clock;
  readonly #tables: ReadonlyMap<string, { readonly table: KafkaTable; readonly insert: TableInsert }>;

  constructor(url: string, tables: readonly KafkaTable[], clock: Clock) {
    this.#connection = new StoreConnection(url);
    this.#clock = clock;
    this.#tables = new Map(tables.map((table) => [table.topic, { table, insert: new TableInsert(table) }]));
  }

  /** A name for the consumer group that only consumers of this database share. */
  identity(): Promise<string> {
    return this.#connection.identity();
  }

  /** Where reading goes on. */
  positions(partitions: readonly BrokerPartition[]): Promise<Positions> {
    return this.#connection.transaction((client) => findPositions(client, partitions, this.#clock.now()));
  }

  /**
   * Stores messages with the offsets behind them. Those that are stored already, by another consumer or by a commit whose answer
   * was lost, are passed over.
   *
   * @param expected the first offset of each partition that this consumer takes for not stored
   */
  store(messages: readonly Message[], expected: ReadonlyMap<string, number>): Promise<StoredBatch> {
    const partitions = [...groupedBy(messages, keyOf).values()];
    return this.#connection.transaction(async (client) => {
      const stored = await lockOffsets(
        client,
        partitions.flatMap(([first]) => first ?? []),
      );
      const behind: TopicPartition[] = [];
      const offsets: TopicOffset[] = [];
      const fresh: Message[] = [];
      for (const some of partitions) {
        const [first] = some;
        if (first === undefined) continue;
        const { topic, partition } = first;
        const next = stored.get(keyOf(first))?.offset;
        if (next === undefined || next < (expected.get(keyOf(first)) ?? 0)) {
          behind.push({ topic, partition });
          continue;
        }
        offsets.push({ topic, partition, offset: Math.max(next, (some.at(-1)?.offset ?? -1) + 1) });
        for (const message of some) if (message.offset >= next) fresh.push(message);
      }
      const counts = await this.#insert(client, fresh);
      await advance(client, offsets);
      return { ...counts, offsets, behind };
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #insert(
    client: ClientBase,
    messages: readonly Message[],
  ): Promise<{ rows: number; letters: number }> {
    const letters: Letter[] = [];
    let rows = 0;
    for (const [topic, some] of groupedBy(messages, (message) => message.topic)) {
      const target = this.#tables.get(topic);
      if (target === undefined) throw new TypeError(`no table for the topic ${topic}`);
      const good: Stored[] = [];
      for (const message of some) {
        const read = readRow(target.table, message);
        if ('row' in read) good.push({ row: read.row, message });
        else letters.push(letterOf(message, read.reason));
      }
      if (good.length > 0) rows += await target.insert.insert(client, good, letters);
    }
    await insertLetters(client, letters, this.#clock.now());
    return { rows, letters: letters.length };
  }
}

async function advance(client: ClientBase, offsets: readonly TopicOffset[]): Promise<void> {
  await client.query({
    name: 'advance kafka offsets',
    text: `update engine.kafka_offsets as stored set next_offset = now.next_offset
           from unnest($1::text[], $2::int[], $3::bigint[]) as now (topic, partition, next_offset)
           where stored.topic = now.topic and stored.partition = now.partition`,
    values: [
      offsets.map(({ topic }) => topic),
      offsets.map(({ partition }) => partition),
      offsets.map(({ offset }) => offset),
    ],
  });
}

function groupedBy(messages: readonly Message[], name: (message: Message) => string): Map<string, Message[]> {
  const groups = new Map<string, Message[]>();
  for (const message of messages) {
    const group = groups.get(name(message));
    if (group) group.push(message);
    else groups.set(name(message), [message]);
  }
  return groups;
}
