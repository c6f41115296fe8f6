import type { Clock } from '../../engine/clock.ts';
import { LandingFailed } from '../errors.ts';
import { Spool } from './spool/spool.ts';

/** How a delivery went: `left` holds what did not arrive, in order, and `trouble` says why. */
export interface Delivery<Item> {
  readonly left: readonly Item[];
  readonly trouble: string | null;
}

export interface OutboxOptions<Item> {
  /** Of the spool. */
  readonly folder: string;
  readonly limitBytes: number;
  readonly clock: Clock;
  readonly encode: (item: Item) => Buffer;
  readonly decode: (record: Buffer) => Item;
  /** Resolves when all that is not `left` has arrived. Rejects for what waiting does not mend. */
  readonly deliver: (items: readonly Item[]) => Promise<Delivery<Item>>;
  /** Words for people. */
  readonly say: (line: string) => void;
  /** What the receiver is called in words. */
  readonly receiver: string;
}

export interface OutboxState {
  readonly delivered: number;
  readonly spooledRows: number;
  readonly spooledBytes: number;
  /** When the oldest row on disk was written, milliseconds since the Unix epoch. */
  readonly oldest: number | null;
  /** The spool is full: writers wait. */
  readonly full: boolean;
  /** Deliveries that failed. */
  readonly failures: number;
  /** Why rows are not delivered now; null when they are. */
  readonly trouble: string | null;
}

interface Call<Item> {
  readonly items: readonly Item[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Rows of one delivery, at most: they are in memory, and come again after a crash. */
const GROUP_ROWS = 10_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Hands rows to a receiver, in order, one group at a time. What can't be delivered goes to the spool; while anything is
 * there, new rows go behind it, so that nothing overtakes. `put` resolves when its rows have arrived or are on disk.
 */
export class Outbox<Item> {
  private readonly options: OutboxOptions<Item>;
  private readonly spool: Spool;
  private readonly stopping = new AbortController();
  private calls: Call<Item>[] = [];
  private pumping: Promise<void> | null = null;
  private draining: Promise<void> | null = null;
  /** Calls that write to the spool, one after the other. */
  private spooling: Promise<unknown> = Promise.resolve();
  private spoolCalls = 0;
  private roomWaiters: (() => void)[] = [];
  private readonly counts = { delivered: 0, failures: 0 };
  private trouble: string | null = null;

  private constructor(options: OutboxOptions<Item>, spool: Spool) {
    this.options = options;
    this.spool = spool;
  }

  /** Opens the spool; what an earlier process left there is delivered first. */
  static async open<Item>(options: OutboxOptions<Item>): Promise<Outbox<Item>> {
    const outbox = new Outbox(options, await Spool.open(options));
    const { damagedBytes, rows } = outbox.spool;
    if (damagedBytes > 0)
      options.say(`${damagedBytes} bytes of the spool ${options.folder} are damaged and were passed over`);
    if (rows > 0) {
      options.say(`${rows} rows of the last run wait in the spool for ${options.receiver}`);
      outbox.drain();
    }
    return outbox;
  }

  state(): OutboxState {
    return {
      ...this.counts,
      spooledRows: this.spool.rows,
      spooledBytes: this.spool.bytes,
      oldest: this.spool.oldest,
      full: this.roomWaiters.length > 0,
      trouble: this.trouble,
    };
  }

  /** Resolves when the rows have arrived or survive a crash; waits while the spool is full. */
  put(items: readonly Item[]): Promise<void> {
    if (items.length === 0) return Promise.resolve();
    if (this.draining !== null) return this.store(items);
    return new Promise((resolve, reject) => {
      this.calls.push({ items, resolve, reject });
      this.pumping ??= this.pump();
    });
  }

  /** Ends deliveries. What waits on disk is delivered by the next process. */
  async close(): Promise<void> {
    await this.pumping;
    this.stopping.abort();
    for (const wake of this.roomWaiters.splice(0)) wake();
    await this.draining;
    await this.spooling;
    await this.spool.close();
  }

  /** Delivers straight away, while nothing is spooled. Calls that came in meanwhile share the next group. */
  private async pump(): Promise<void> {
    while (this.calls.length > 0 && this.draining === null) {
      const group = this.takeGroup();
      try {
        const { left, trouble } = await this.options.deliver(group.flatMap(({ items }) => items));
        if (left.length > 0) this.divert(group, new Set(left), trouble ?? 'no answer');
        else for (const call of group) this.arrived(call);
      } catch (error) {
        this.counts.failures++;
        for (const { reject } of group) reject(error);
      }
    }
    this.pumping = null;
  }

  private takeGroup(): Call<Item>[] {
    let rows = 0;
    const end = this.calls.findIndex((call, index) => {
      rows += call.items.length;
      return index > 0 && rows > GROUP_ROWS;
    });
    return this.calls.splice(0, end < 0 ? this.calls.length : end);
  }

  private arrived(call: Call<Item>): void {
    this.counts.delivered += call.items.length;
    call.resolve();
  }

  /** Puts what did not arrive on disk, then all that came after it. */
  private divert(group: readonly Call<Item>[], left: ReadonlySet<Item>, trouble: string): void {
    this.failed(trouble);
    for (const call of group) {
      const items = call.items.filter((item) => left.has(item));
      this.counts.delivered += call.items.length - items.length;
      if (items.length === 0) call.resolve();
      else this.store(items).then(call.resolve, call.reject);
    }
    for (const call of this.calls.splice(0)) this.store(call.items).then(call.resolve, call.reject);
    this.drain();
  }

  private store(items: readonly Item[]): Promise<void> {
    this.spoolCalls++;
    const turn = this.spooling.then(async () => {
      if (!this.spool.hasRoom()) this.options.say(this.fullWords());
      while (!this.spool.hasRoom() && !this.stopping.signal.aborted) {
        await new Promise<void>((resolve) => this.roomWaiters.push(resolve));
      }
      if (!this.spool.hasRoom()) throw this.stoppedFull();
      await this.spool.append(items.map(this.options.encode));
    });
    this.spooling = turn.catch(() => undefined).finally(() => this.spoolCalls--);
    return turn;
  }

  private stoppedFull(): LandingFailed {
    const remedy = 'Nothing of it was stored; start again when the receiver is back.';
    return new LandingFailed(`Stopped while ${this.fullWords()}.`, remedy, { cause: null, transient: false });
  }

  private fullWords(): string {
    const { limitBytes, receiver } = this.options;
    return `the spool for ${receiver} is full (${Math.round(limitBytes / 1e6)} MB, KAFKA_SPOOL_MB): writers wait`;
  }

  private drain(): void {
    this.draining ??= this.drainAll();
  }

  private async drainAll(): Promise<void> {
    const { clock, receiver, say } = this.options;
    const { signal } = this.stopping;
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; ) {
      try {
        if (await this.drainGroup()) pause = FIRST_PAUSE_MS;
        // Nothing is spooled and nobody is about to: from here on rows go straight again.
        if (this.spoolCalls === 0 && this.spool.empty) break;
        continue;
      } catch (error) {
        this.failed(error instanceof Error ? error.message : String(error));
      }
      await clock.sleep(pause, signal);
      pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
    }
    if (!signal.aborted) {
      if (this.trouble !== null) say(`${receiver} is back; the spool is empty`);
      this.trouble = null;
    }
    this.draining = null;
  }

  /** Whether a group was delivered. Throws when it was not. */
  private async drainGroup(): Promise<boolean> {
    const records = await this.spool.peek(GROUP_ROWS);
    if (records.length === 0) {
      await this.spooling;
      return false;
    }
    const { left, trouble } = await this.options.deliver(records.map(this.options.decode));
    // What did arrive comes again with the rest: its key makes it one row, and order is kept.
    if (left.length > 0) throw new Error(trouble ?? 'no answer');
    this.counts.delivered += records.length;
    await this.spool.delivered(records.length);
    for (const wake of this.roomWaiters.splice(0)) wake();
    return true;
  }

  private failed(trouble: string): void {
    this.counts.failures++;
    if (this.trouble === null)
      this.options.say(`${this.options.receiver} is away, rows go to disk: ${trouble}`);
    this.trouble = trouble;
  }
}
