import type { Clock } from '../../../engine/clock.ts';
import type { Exchange } from '../exchange.ts';
import type { Inbox } from './inbox.ts';
import type { Line } from './line.ts';
import type { Subscriptions } from './subscriptions.ts';

export interface KeeperOptions {
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly line: Line;
  readonly inbox: Inbox;
  readonly subscriptions: Subscriptions;
}

/**
 * Keeps an open line: asks for markets, sends pings, never faster than the exchange allows, and hangs up when nothing
 * comes for too long. That covers an exchange that hangs and a connection whose other end is gone without a word.
 */
export class Keeper {
  private readonly options: KeeperOptions;
  private outbox: string[] = [];
  private heardAt: number;
  private sentAt = Number.NEGATIVE_INFINITY;
  private pingedAt: number;
  private wake = new AbortController();
  private expectant = true;
  /** Frames were waiting when it was last looked, so silence and answers could not be judged. */
  private deferred = false;

  constructor(options: KeeperOptions) {
    this.options = options;
    this.heardAt = options.clock.now();
    this.pingedAt = this.heardAt;
  }

  /** The other end gave a sign of life. */
  heard(): void {
    this.heardAt = this.options.clock.now();
  }

  /** All frames that came are handed over. */
  idle(): void {
    if (!this.deferred) return;
    this.heard();
    this.nudge();
  }

  /** Something changed: look at once what is to be done. */
  nudge(): void {
    this.wake.abort();
  }

  /** Resolves when the line is over. */
  async run(): Promise<void> {
    const { clock, inbox, line } = this.options;
    void line.ended.then(() => this.nudge());
    while (!line.over) {
      const now = clock.now();
      this.deferred = inbox.busy;
      this.hangUpWhenSilent(now);
      this.fillOutbox(now);
      this.sendNext(now);
      this.wake = new AbortController();
      await clock.sleep(this.nextAt(now) - now, this.wake.signal);
    }
  }

  private hangUpWhenSilent(now: number): void {
    const { exchange, line, subscriptions } = this.options;
    const expected = this.expectant;
    this.expectant = subscriptions.expectant;
    // While frames wait the socket may be paused: then the silence is ours. And without markets it is as it should be.
    if (this.deferred || !expected || !this.expectant) this.heardAt = now;
    const { silenceMs } = exchange.limits;
    if (now - this.heardAt >= silenceMs) line.terminate(`nothing came for ${silenceMs / 1000} s`);
  }

  /** Questions are made only when the last ones are sent, so the outbox holds no more than one round of them. */
  private fillOutbox(now: number): void {
    const { exchange, subscriptions } = this.options;
    if (this.outbox.length > 0) return;
    const unwanted = subscriptions.takeUnwanted();
    if (unwanted.length > 0) this.outbox.push(...exchange.unsubscribe(unwanted));
    // An answer may be among the frames that wait.
    const due = this.deferred ? [] : subscriptions.takeDue(now);
    if (due.length > 0) this.outbox.push(...exchange.subscribe(due));
    if (exchange.ping !== null && now - this.pingedAt >= exchange.ping.everyMs) {
      this.pingedAt = now;
      this.outbox.push(exchange.ping.frame());
    }
  }

  private sendNext(now: number): void {
    const { exchange, line } = this.options;
    if (now - this.sentAt < exchange.limits.frameIntervalMs) return;
    const frame = this.outbox.shift();
    if (frame === undefined) return;
    line.send(frame);
    this.sentAt = now;
  }

  private nextAt(now: number): number {
    const { exchange, subscriptions } = this.options;
    const { silenceMs, frameIntervalMs } = exchange.limits;
    const times = [this.heardAt + silenceMs, subscriptions.nextAt(now)];
    if (exchange.ping !== null) times.push(this.pingedAt + exchange.ping.everyMs);
    if (this.outbox.length > 0) times.push(this.sentAt + frameIntervalMs);
    // At least a millisecond, lest a deadline that is put off spins.
    return Math.max(now + 1, Math.min(...times));
  }
}
