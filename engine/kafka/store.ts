import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { Clock } from '../clock.ts';
import type { Message, TopicOffset, TopicPartition } from './client.ts';
import { type Stored, TableInsert } from './insert.ts';
import { insertLetters, type Letter, letterOf } from './letter.ts';
import { readRow } from './row.ts';
import type { KafkaTable } from './table.ts';

const OFFSETS = readFileSync(new URL('./sql/offsets.sql', import.meta.url), 'utf8');

/**
 * A crash may take the last commits back, rows and offsets together: they are read from the topic again. So commits need no
 * flush of their own.
 */
const SETTINGS = `set timezone = 'UTC'; set synchronous_commit = off; set search_path = public`;

/** What one transaction stored. */
export interface StoredBatch {
  readonly rows: number;
  readonly letters: number;
  /** Where each partition stands now. */
  readonly offsets: readonly TopicOffset[];
  /** Partitions whose stored offset lies before what this consumer took for stored: they have to be read again from there. */
  readonly behind: readonly TopicPartition[];
}

/** A partition as the broker has it. */
export interface BrokerPartition extends TopicPartition {
  readonly low: number;
  readonly high: number;
  readonly topicId: string | null;
}

export const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/** The database's side: rows and offsets in one transaction. One connection, opened anew after it broke. */
export class OffsetStore {
  readonly #url: string;
  readonly #clock: Clock;
  readonly #tables: ReadonlyMap<string, { readonly table: KafkaTable; readonly insert: TableInsert }>;
  #client: pg.Client | null = null;

  constructor(url: string, tables: readonly KafkaTable[], clock: Clock) {
    this.#url = url;
    this.#clock = clock;
    this.#tables = new Map(tables.map((table) => [table.topic, { table, insert: new TableInsert(table) }]));
  }

  /** A name for the consumer group that only consumers of this database share. */
  async identity(): Promise<string> {
    const client = await this.#connected();
    const { rows } = await client.query<{ name: string }>(
      `select system_identifier || '-' || current_database() as name from pg_control_system()`,
    );
    return rows[0]?.name ?? '';
  }

  /**
   * Where reading goes on: the stored offset, the earliest there is for a partition that is new. An offset that the topic does
   * not have (any more) is set to the earliest, with a row in `dead_letters` and in the answer.
   */
  async positions(
    partitions: readonly BrokerPartition[],
  ): Promise<{ offsets: TopicOffset[]; resets: string[] }> {
    return this.#transaction(async (client) => {
      await client.query(
        `insert into engine.kafka_offsets (topic, partition, next_offset, topic_id)
         select * from unnest($1::text[], $2::int[], $3::bigint[], $4::text[]) order by 1, 2 on conflict do nothing`,
        [
          partitions.map(({ topic }) => topic),
          partitions.map(({ partition }) => partition),
          partitions.map(({ low }) => low),
          partitions.map(({ topicId }) => topicId),
        ],
      );
      const stored = await locked(client, partitions);
      const letters: Letter[] = [];
      const offsets: TopicOffset[] = [];
      for (const at of partitions) {
        const { offset = at.low, topicId = null } = stored.get(keyOf(at)) ?? {};
        const trouble = resetReason(at, offset, topicId);
        if (trouble !== null)
          letters.push({ place: this.#resetPlace(at, offset), reason: trouble, raw: Buffer.alloc(0) });
        const next = trouble === null ? offset : at.low;
        offsets.push({ topic: at.topic, partition: at.partition, offset: next });
        if (trouble === null && (topicId !== null || at.topicId === null)) continue;
        await client.query(
          'update engine.kafka_offsets set next_offset = $3, topic_id = coalesce($4, topic_id) where topic = $1 and partition = $2',
          [at.topic, at.partition, next, at.topicId],
        );
      }
      await insertLetters(client, letters, this.#clock.now());
      return { offsets, resets: letters.map(({ reason }) => reason) };
    });
  }

  /**
   * Stores messages with the offsets behind them. Those that are stored already, by another consumer or by a commit whose answer
   * was lost, are passed over.
   *
   * @param expected the first offset of each partition that this consumer takes for not stored
   */
  async store(messages: readonly Message[], expected: ReadonlyMap<string, number>): Promise<StoredBatch> {
    const byPartition = groupedBy(messages, keyOf);
    return this.#transaction(async (client) => {
      const stored = await locked(
        client,
        [...byPartition.values()].flatMap((some) => some[0] ?? []),
      );
      const behind: TopicPartition[] = [];
      const offsets: TopicOffset[] = [];
      const fresh: Message[] = [];
      for (const [key, some] of byPartition) {
        const [first] = some;
        const next = stored.get(key)?.offset;
        if (first === undefined) continue;
        const { topic, partition } = first;
        if (next === undefined || next < (expected.get(key) ?? 0)) {
          behind.push({ topic, partition });
          continue;
        }
        const unread = some.filter(({ offset }) => offset >= next);
        offsets.push({ topic, partition, offset: Math.max(next, (some.at(-1)?.offset ?? -1) + 1) });
        for (const message of unread) fresh.push(message);
      }
      const counts = await this.#insert(client, fresh);
      await client.query(
        `update engine.kafka_offsets as stored set next_offset = now.next_offset
         from unnest($1::text[], $2::int[], $3::bigint[]) as now (topic, partition, next_offset)
         where stored.topic = now.topic and stored.partition = now.partition`,
        [
          offsets.map(({ topic }) => topic),
          offsets.map(({ partition }) => partition),
          offsets.map(({ offset }) => offset),
        ],
      );
      return { ...counts, offsets, behind };
    });
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => undefined);
  }

  async #insert(client: pg.Client, messages: readonly Message[]): Promise<{ rows: number; letters: number }> {
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

  #resetPlace(at: BrokerPartition, offset: number): string {
    return `${keyOf(at)}@${offset} set to ${at.low} at ${new Date(this.#clock.now()).toISOString()}`;
  }

  async #transaction<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = await this.#connected();
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      // Whatever it was, a new connection has no transaction half open.
      if (this.#client === client) this.#client = null;
      client.end().catch(() => undefined);
      throw trouble(error);
    }
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client !== null) return this.#client;
    const client = new pg.Client({ connectionString: this.#url, application_name: 'tickwave kafka' });
    const forget = (): void => {
      if (this.#client === client) this.#client = null;
    };
    client.on('error', forget);
    client.on('end', forget);
    try {
      await client.connect();
      await client.query(SETTINGS);
      await client.query(OFFSETS);
    } catch (error) {
      client.end().catch(() => undefined);
      throw trouble(error);
    }
    this.#client = client;
    return client;
  }
}

function trouble(cause: unknown): Error {
  if (cause instanceof Error && cause.message.startsWith('the database: ')) return cause;
  return new Error(`the database: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
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

interface StoredOffset {
  readonly offset: number;
  readonly topicId: string | null;
}

/** Locks the rows of partitions, in one order for all consumers. */
async function locked(
  client: pg.Client,
  partitions: readonly TopicPartition[],
): Promise<ReadonlyMap<string, StoredOffset>> {
  const { rows } = await client.query<{
    topic: string;
    partition: number;
    next_offset: string;
    topic_id: string | null;
  }>({
    name: 'lock kafka offsets',
    text: `select topic, partition, next_offset, topic_id from engine.kafka_offsets
           where (topic, partition) in (select * from unnest($1::text[], $2::int[])) order by topic, partition for update`,
    values: [partitions.map(({ topic }) => topic), partitions.map(({ partition }) => partition)],
  });
  return new Map(rows.map((row) => [keyOf(row), { offset: Number(row.next_offset), topicId: row.topic_id }]));
}

/** Why the stored offset can't be gone on from, or null. */
function resetReason(at: BrokerPartition, offset: number, topicId: string | null): string | null {
  const from = `reading goes on at ${at.low}, the earliest there is`;
  if (topicId !== null && at.topicId !== null && topicId !== at.topicId)
    return `the topic ${at.topic} was made anew (its id was ${topicId} and is ${at.topicId}), so offset ${offset} of partition ${at.partition} means nothing; ${from}`;
  if (offset < at.low)
    return `${at.low - offset} messages of ${keyOf(at)} from offset ${offset} on are gone (the topic's retention) and were never read; ${from}`;
  if (offset > at.high)
    return `${keyOf(at)} ends at offset ${at.high}, before the stored offset ${offset}: it was made anew or cut off; ${from}`;
  return null;
}
