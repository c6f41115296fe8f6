import type { ClientBase } from 'pg';
import type { TopicOffset, TopicPartition } from './client.ts';
import { insertLetters, type Letter } from './letter.ts';

/** A partition as the broker has it. */
export interface BrokerPartition extends TopicPartition {
  readonly low: number;
  readonly high: number;
  readonly topicId: string | null;
}

/** Where reading goes on, and what was said about offsets that had to be set anew. */
export interface Positions {
  readonly offsets: readonly TopicOffset[];
  readonly resets: readonly string[];
}

export interface StoredOffset {
  readonly offset: number;
  readonly topicId: string | null;
}

export const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/**
 * In the caller's transaction: the stored offset of each partition, the earliest there is for one that is new. An offset that
 * the topic does not have (any more) is set to the earliest, with a row in `dead_letters`.
 */
export async function findPositions(
  client: ClientBase,
  partitions: readonly BrokerPartition[],
  nowMs: number,
): Promise<Positions> {
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
  const stored = await lockOffsets(client, partitions);
  const letters: Letter[] = [];
  const offsets: TopicOffset[] = [];
  for (const at of partitions) {
    const { offset = at.low, topicId = null } = stored.get(keyOf(at)) ?? {};
    const reason = resetReason(at, offset, topicId);
    const next = reason === null ? offset : at.low;
    offsets.push({ topic: at.topic, partition: at.partition, offset: next });
    if (reason !== null) letters.push({ place: resetPlace(at, offset, nowMs), reason, raw: Buffer.alloc(0) });
    else if (topicId !== null || at.topicId === null) continue;
    await client.query(
      'update engine.kafka_offsets set next_offset = $3, topic_id = coalesce($4, topic_id) where topic = $1 and partition = $2',
      [at.topic, at.partition, next, at.topicId],
    );
  }
  await insertLetters(client, letters, nowMs);
  return { offsets, resets: letters.map(({ reason }) => reason) };
}

/** Locks the rows of partitions, in one order for all consumers; gives what they say, by `keyOf`. */
export async function lockOffsets(
  client: ClientBase,
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

/** In the key of the letter, since the same may happen again at the same offset. */
function resetPlace(at: BrokerPartition, offset: number, nowMs: number): string {
  return `${keyOf(at)}@${offset} set to ${at.low} at ${new Date(nowMs).toISOString()}`;
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
