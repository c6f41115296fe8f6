import type { Message, TopicOffset, TopicPartition } from './client.ts';
import { keyOf } from './positions.ts';

/** How far the broker's partitions reach, by `keyOf`. */
export type Ends = ReadonlyMap<string, { readonly high: number }>;

/** Pausing throws away what the client has fetched ahead, so a partition is paused once so many of its messages are held. */
const PAUSE_AT = 500;
/** What is held is let go after so long without any progress: a partition whose leader is away would hold all others. */
const HOLD_MS = 5_000;

/**
 * Keeps topics together in time while they are caught up with. Small topics are read in a moment, large ones take their time:
 * without this, heartbeats would say that minutes are complete long before their trades are stored. Messages that were
 * written later than where a partition of another topic, one that is behind, stands are held; their partitions are to be paused
 * when they are many. Partitions of one topic need not wait for each other.
 */
export class Alignment {
  /** The next offset to be received, by partition. */
  #received = new Map<string, number>();
  /** When the newest message received was written. */
  #newest = new Map<string, number>();
  #held = new Map<string, Message[]>();
  #progressAt = 0;

  /** Begins anew, with nothing held. */
  begin(offsets: readonly TopicOffset[], nowMs: number): void {
    this.#received = new Map(offsets.map((offset) => [keyOf(offset), offset.offset]));
    this.#newest.clear();
    this.#held.clear();
    this.#progressAt = nowMs;
  }

  /** Partitions of which much is held. */
  toPause(): TopicPartition[] {
    return [...this.#held.values()].flatMap((queue) => {
      const [first] = queue;
      return first && queue.length >= PAUSE_AT ? [{ topic: first.topic, partition: first.partition }] : [];
    });
  }

  /** Takes what was received; gives what may be stored now, of each partition in order. */
  admit(messages: readonly Message[], ends: Ends, nowMs: number): Message[] {
    for (const message of messages) {
      const key = keyOf(message);
      this.#received.set(key, message.offset + 1);
      this.#newest.set(key, Math.max(this.#newest.get(key) ?? 0, message.timestamp ?? 0));
    }
    const behind = this.#behind(ends);
    if (this.#held.size === 0 && behind.size === 0) {
      this.#progressAt = nowMs;
      return [...messages];
    }
    for (const message of messages) {
      const queue = this.#held.get(keyOf(message));
      if (queue) queue.push(message);
      else this.#held.set(keyOf(message), [message]);
    }
    const admitted = this.#release(behind);
    if (admitted.length > 0 || this.#held.size === 0) this.#progressAt = nowMs;
    else if (nowMs - this.#progressAt > HOLD_MS) {
      this.#progressAt = nowMs;
      return this.#release(new Map());
    }
    return admitted;
  }

  #release(behind: ReadonlyMap<string, number>): Message[] {
    const admitted: Message[] = [];
    for (const [key, queue] of this.#held) {
      const others = [...behind].filter(([topic]) => topic !== queue[0]?.topic).map(([, atMs]) => atMs);
      const untilMs = Math.min(...others);
      const later = queue.findIndex((message) => (message.timestamp ?? 0) > untilMs);
      const ready = later < 0 ? queue.splice(0) : queue.splice(0, later);
      for (const message of ready) admitted.push(message);
      if (queue.length === 0) this.#held.delete(key);
    }
    return admitted;
  }

  /** Topics with partitions that are behind, and the time up to which all of these were received. */
  #behind(ends: Ends): Map<string, number> {
    const behind = new Map<string, number>();
    for (const [key, next] of this.#received) {
      if (next >= (ends.get(key)?.high ?? 0)) continue;
      const topic = key.slice(0, key.lastIndexOf('/'));
      const atMs = this.#newest.get(key) ?? Number.NEGATIVE_INFINITY;
      behind.set(topic, Math.min(atMs, behind.get(topic) ?? Number.POSITIVE_INFINITY));
    }
    return behind;
  }
}
