import type { Channel } from './channels.ts';
import type { StreamClock } from './clock.ts';
import { Merged } from './merged.ts';
import type { TopicChange } from './topic.ts';

/** Tells what changed in a channel; called for one channel after the other. */
export type Tell = (channel: Channel, changes: readonly TopicChange[]) => void;

/** Telling that took less than this, in milliseconds, is of few clients: nothing is won by waiting. */
const NOTHING_MS = 2;
/** Channels that are being read are waited for so long. */
const GATHER_MS = 50;
const LONGEST_REST_MS = 250;

/**
 * Tells of changes at once while that is little work. With many clients it waits for the channels that are being read at this
 * moment, so that what one refresh changed goes out together, in one write for each client; and it rests for as long as telling
 * took, so that half of the time at least is left to others. Rows that change twice meanwhile go out once.
 */
export class Broadcast {
  readonly #tell: Tell;
  readonly #told: () => void;
  readonly #clock: StreamClock;
  readonly #waiting = new Map<Channel, Merged>();
  readonly #stopping = new AbortController();
  #reading = 0;
  #timed = false;
  #lastMs = 0;
  #restUntil = 0;

  /** @param told called when all channels of one moment have been told */
  constructor(clock: StreamClock, tell: Tell, told: () => void) {
    this.#clock = clock;
    this.#tell = tell;
    this.#told = told;
  }

  /** To be called before a channel is read; the function that it returns, after what was found has been added. */
  read(): () => void {
    this.#reading++;
    return () => {
      this.#reading--;
      this.#consider();
    };
  }

  add(channel: Channel, changes: readonly TopicChange[]): void {
    const merged = this.#waiting.get(channel) ?? new Merged();
    this.#waiting.set(channel, merged);
    merged.add(changes);
  }

  /** Tells what waits. To be called before anybody begins to follow: what it is given first has that already. */
  flush(): void {
    if (this.#waiting.size === 0) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    const began = this.#clock.now();
    for (const [channel, merged] of waiting) this.#tell(channel, merged.changes());
    this.#told();
    const ended = this.#clock.now();
    this.#lastMs = ended - began;
    this.#restUntil = ended + Math.min(LONGEST_REST_MS, this.#lastMs);
  }

  stop(): void {
    this.#stopping.abort();
  }

  #consider(): void {
    if (this.#waiting.size === 0) return;
    const rest = this.#restUntil - this.#clock.now();
    if (this.#lastMs < NOTHING_MS || (rest <= 0 && this.#reading === 0)) this.flush();
    else if (!this.#timed) void this.#flushLater(Math.max(rest, this.#reading > 0 ? GATHER_MS : 0));
  }

  async #flushLater(ms: number): Promise<void> {
    this.#timed = true;
    await this.#clock.sleep(ms, this.#stopping.signal);
    this.#timed = false;
    if (this.#clock.now() >= this.#restUntil) this.flush();
    else this.#consider();
  }
}
