import type { Subscriber } from './audience.ts';
import { CHANNELS, type Channel } from './channels.ts';
import type { StreamClock } from './clock.ts';
import type { Hub } from './hub.ts';
import type { StreamLimits } from './limits.ts';
import { merged } from './merged.ts';
import { changeMessages, HEARTBEAT, type Message, rowsMessage } from './message.ts';
import { Outbox } from './outbox.ts';
import { type Subject, type Topic, type TopicChange, topicId } from './topic.ts';
import type { Wire } from './wire.ts';

/** How messages get to a client: a WebSocket, or an answer that goes on. */
export interface Line {
  /** Bytes that were handed over and are not with the system's network yet. */
  readonly bufferedBytes: number;
  /** Hands bytes over. When many of them wait, the client is told by `resume` that they are gone. */
  send(wire: Wire): void;
  /** Ends it, telling the client why where the protocol can. */
  close(code: number, reason: string): void;
}

/** WebSocket's codes for an end (RFC 6455, 7.4). */
export const CLOSE = { goingAway: 1001, policy: 1008, failure: 1011, busy: 1013 } as const;

export interface ClientOptions {
  readonly hub: Hub;
  readonly line: Line;
  readonly limits: StreamLimits;
  readonly clock: StreamClock;
}

/** One who is told what changes, whatever the protocol: at its own pace, and not for ever when that is too slow. */
export class Client implements Subscriber {
  readonly #options: ClientOptions;
  readonly #topics = new Map<string, Topic>();
  #outbox: Outbox | null = null;
  #slowSince = 0;
  #cursor: string;
  #sentAt: number;
  #closed = false;
  #drained: (() => void)[] = [];
  /** What is sent at the end of this moment. */
  #gathered: Wire | null = null;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#cursor = options.hub.cursor;
    this.#sentAt = options.clock.now();
  }

  get subscriptions(): number {
    return this.#topics.size;
  }

  /** Whether it is sent less than what changes, for it does not keep up. */
  get isSlow(): boolean {
    return this.#outbox !== null;
  }

  has(id: string): boolean {
    return this.#topics.has(id);
  }

  /** Sends a message, however slow the client is: for answers, of which there are no more than requests. */
  send(message: Wire): void {
    if (this.#closed) return;
    this.#sentAt = this.#options.clock.now();
    this.#options.line.send(message);
  }

  /**
   * Begins to follow topics: `before` is called for each, then comes its snapshot, or what changed since a cursor, then what
   * changes from now on. They were acquired, and are released when the client leaves them.
   */
  follow(
    topics: readonly Topic[],
    begin: { readonly snapshot: boolean; readonly since?: string | undefined },
    before: (topic: Topic, resumed: boolean) => void,
  ): void {
    if (this.#closed) {
      for (const topic of topics) this.#options.hub.release(topic);
      return;
    }
    const { hub } = this.#options;
    hub.settle();
    const { since } = begin;
    const found = topics.map((topic) => ({
      topic,
      missed: since === undefined ? null : hub.since(topic, since),
    }));
    const last = found.findLast(({ missed }) => (missed === null ? begin.snapshot : missed.length > 0));
    for (const one of found) {
      const { topic, missed } = one;
      this.#topics.set(topic.id, topic);
      before(topic, missed !== null);
      // Until the last it is the cursor that it came with: who breaks off amid these has not got the rest.
      const earlier = since ?? hub.cursor;
      const cursor = one === last ? hub.cursor : earlier;
      if (missed !== null)
        for (const message of changeMessages(topic.channel, merged(missed), cursor, earlier))
          this.send(message);
      else if (begin.snapshot) {
        const rows = topic.snapshot.map((row) => row.json);
        const message = rowsMessage(topic.channel, 'snapshot', rows, cursor);
        this.send(one === last || since !== undefined ? message : message.withoutId());
      }
    }
    for (const channel of new Set(topics.map((topic) => topic.channel))) this.#place(channel);
  }

  /** False when it was not followed. */
  leave(subject: Subject): boolean {
    const topic = this.#topics.get(topicId(subject));
    if (!topic) return false;
    this.#topics.delete(topic.id);
    this.#outbox?.remove(topic);
    this.#place(topic.channel);
    this.#options.hub.release(topic);
    return true;
  }

  deliver(changes: readonly TopicChange[], messages: readonly Message[]): void {
    if (this.#closed) return;
    const { line, limits, clock } = this.#options;
    if (this.#outbox === null && line.bufferedBytes <= limits.bufferedBytes) {
      for (const message of messages) this.#gathered = this.#gathered?.with(message) ?? message;
      this.#cursor = messages.at(-1)?.cursor ?? this.#cursor;
      return;
    }
    if (this.#outbox === null) {
      this.#outbox = new Outbox();
      this.#slowSince = clock.now();
    }
    this.#outbox.add(changes);
    if (this.#outbox.size > limits.waitingRows)
      this.close(CLOSE.policy, `too slow: more than ${limits.waitingRows} rows wait`);
  }

  delivered(): void {
    if (this.#gathered === null) return;
    this.send(this.#gathered);
    this.#gathered = null;
  }

  /** Resolves when so little waits that more may be sent. */
  async drained(): Promise<void> {
    const { line, limits } = this.#options;
    if (this.#closed || line.bufferedBytes <= limits.bufferedBytes) return;
    await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  /** Looks after it: a heartbeat where nothing was sent, an end where it has been slow for too long. */
  sweep(): void {
    const { clock, limits } = this.#options;
    const now = clock.now();
    this.resume();
    if (this.#outbox !== null && now - this.#slowSince > limits.slowMs)
      this.close(CLOSE.policy, `too slow: what was sent has not been read for ${limits.slowMs / 1000} s`);
    else if (this.#outbox === null && now - this.#sentAt >= limits.heartbeatMs) this.send(HEARTBEAT);
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.ended();
    this.#options.line.close(code, reason);
  }

  /** The line is gone. */
  ended(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { hub } = this.#options;
    for (const channel of CHANNELS) hub.place(this, channel, new Set());
    for (const topic of this.#topics.values()) hub.release(topic);
    this.#topics.clear();
    this.#outbox = null;
    this.#gathered = null;
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  #place(channel: Channel): void {
    const topics = [...this.#topics.values()].filter((topic) => topic.channel === channel);
    this.#options.hub.place(this, channel, new Set(topics));
  }

  /** Sends what waits, now that there is room again. */
  resume(): void {
    const { line, limits } = this.#options;
    if (this.#closed || line.bufferedBytes > limits.bufferedBytes / 2) return;
    for (const resolve of this.#drained.splice(0)) resolve();
    // With the cursor from before it became slow: who comes back amid this must not miss what still waits.
    while (this.#outbox !== null && line.bufferedBytes <= limits.bufferedBytes) {
      const message = this.#outbox.next(this.#cursor);
      if (message !== null) this.send(message);
      if (!this.#outbox.isEmpty) continue;
      this.#outbox = null;
    }
  }
}
