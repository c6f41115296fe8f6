import type { Clock } from '../clock.ts';
import type { TopicPartition } from './client.ts';
import { type BrokerPartition, keyOf } from './positions.ts';

/** How far a partition is. */
export interface PartitionState extends TopicPartition {
  /** First offset that is not stored. */
  readonly next: number;
  /** First offset that is not written yet, when the broker was last asked. */
  readonly high: number | null;
  readonly lag: number | null;
}

export interface KafkaIngestState {
  /** Messages that are not stored yet, of this consumer's partitions; null while that is not known. */
  readonly lag: number | null;
  /** Rows that were new, since the start. */
  readonly rows: number;
  /** Messages read, and those of them that could not be used, since the start. */
  readonly messages: number;
  readonly deadLetters: number;
  readonly partitions: readonly PartitionState[];
  /** What stands in the way now, in words; null when nothing does. */
  readonly error: string | null;
  /** Offsets that had to be set anew, the last ten. */
  readonly resets: readonly string[];
}

const KEPT_RESETS = 10;
const SAY_AGAIN_MS = 60_000;

/** What the ingest has to tell: counts, what is in the way, offsets that were set anew. */
export class Report {
  readonly counts = { rows: 0, messages: 0, deadLetters: 0 };
  readonly #clock: Clock;
  readonly #say: (line: string) => void;
  readonly #resets: string[] = [];
  #error: string | null = 'not connected yet';
  #said = { words: '', atMs: 0 };

  constructor(clock: Clock, say: (line: string) => void) {
    this.#clock = clock;
    this.#say = say;
  }

  state(
    given: readonly TopicPartition[],
    stored: ReadonlyMap<string, number>,
    broker: ReadonlyMap<string, BrokerPartition>,
  ): KafkaIngestState {
    const partitions = given.map(({ topic, partition }) => {
      const key = keyOf({ topic, partition });
      const next = stored.get(key) ?? 0;
      const high = broker.get(key)?.high ?? null;
      const known = high !== null && stored.has(key);
      return { topic, partition, next, high, lag: known ? Math.max(0, high - next) : null };
    });
    const lags = partitions.map(({ lag }) => lag);
    const known = lags.length > 0 && !lags.includes(null);
    const lag = known ? lags.reduce<number>((sum, one) => sum + (one ?? 0), 0) : null;
    return { lag, ...this.counts, partitions, error: this.#error, resets: [...this.#resets] };
  }

  say(words: string): void {
    this.#say(words);
  }

  fine(): void {
    this.#error = null;
  }

  trouble(words: string): void {
    const now = this.#clock.now();
    // A topic that is not there comes up again every few seconds.
    if (this.#said.words !== words || now - this.#said.atMs > SAY_AGAIN_MS) {
      this.#said = { words, atMs: now };
      this.#say(`${words}; trying again`);
    }
    this.#error = words;
  }

  reset(words: string): void {
    this.#resets.push(words);
    this.#resets.splice(0, this.#resets.length - KEPT_RESETS);
    this.#say(words);
  }
}
