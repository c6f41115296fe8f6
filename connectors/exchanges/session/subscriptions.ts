import { LimitReached } from '../../errors.ts';
import type { Message } from '../exchange.ts';

/** A market that was asked for and not answered is asked for again after so long, in milliseconds. */
const ANSWER_MS = 15_000;
/** A rejected one too: a pair that was taken off the list may come back. */
const REJECTED_MS = 10 * 60_000;

/** How a market stands with the exchange. */
export interface SubscriptionState {
  readonly symbol: string;
  readonly state: 'pending' | 'subscribed' | 'rejected';
  /** The exchange's own, when it rejected the market. */
  readonly words: string | null;
}

interface Subscription {
  readonly symbol: string;
  state: SubscriptionState['state'];
  words: string | null;
  /** When it was last asked for on this line; null when it was not. */
  askedAt: number | null;
  /** Ask for it in a frame of its own, with no other question open: then any rejection is its own. */
  alone: boolean;
}

/** Which markets are wanted, and what the exchange said to each. */
export class Subscriptions {
  private readonly limit: number;
  private readonly wanted = new Map<string, Subscription>();
  private readonly unwanted = new Set<string>();

  constructor(symbols: readonly string[], limit: number) {
    this.limit = limit;
    this.add(symbols);
  }

  /** Whether anything is to be expected from the exchange. */
  get expectant(): boolean {
    return [...this.wanted.values()].some((one) => one.state !== 'rejected');
  }

  /** @throws LimitReached, and then nothing is added. */
  add(symbols: readonly string[]): void {
    const fresh = [...new Set(symbols)].filter((symbol) => !this.wanted.has(symbol));
    if (this.wanted.size + fresh.length > this.limit) {
      throw new LimitReached(
        `${this.wanted.size + fresh.length} markets on one connection, at most ${this.limit} are allowed.`,
        'Spread them over several sessions.',
      );
    }
    for (const symbol of fresh) {
      this.wanted.set(symbol, { symbol, state: 'pending', words: null, askedAt: null, alone: false });
    }
  }

  remove(symbols: readonly string[]): void {
    for (const symbol of symbols) {
      const found = this.wanted.get(symbol);
      if (found === undefined) continue;
      this.wanted.delete(symbol);
      if (found.askedAt !== null && found.state !== 'rejected') this.unwanted.add(symbol);
    }
  }

  /** A new line: nothing is asked for yet. Those that were rejected keep waiting for their time. */
  restart(): void {
    this.unwanted.clear();
    for (const one of this.wanted.values()) {
      if (one.state !== 'rejected') Object.assign(one, { state: 'pending', askedAt: null, alone: false });
    }
  }

  /** Takes a message's word on markets. */
  note(message: Message): void {
    if (message.kind === 'subscribed' || message.kind === 'trades') this.settle(message.symbol);
    if (message.kind === 'rejected') this.reject(message.symbol, message.words);
    if (message.kind === 'unsubscribed') {
      // The exchange's own decision. Its time to be asked for again counts from the last question, so that an exchange
      // which takes markets on and drops them is not asked without end.
      const found = this.wanted.get(message.symbol);
      if (found?.state === 'subscribed') found.state = 'pending';
    }
  }

  /** Markets to unsubscribe now. */
  takeUnwanted(): readonly string[] {
    const symbols = [...this.unwanted];
    this.unwanted.clear();
    return symbols;
  }

  /** Markets to ask for now, in one go; from here on they wait for an answer. */
  takeDue(now: number): readonly string[] {
    const due = this.due(now);
    for (const one of due) Object.assign(one, { state: 'pending', askedAt: now });
    return due.map((one) => one.symbol);
  }

  /** When the next one is due, milliseconds since the Unix epoch; infinite when none is. */
  nextAt(now: number): number {
    const times = [...this.wanted.values()].map((one) => {
      if (one.askedAt === null || one.state === 'subscribed') return Number.POSITIVE_INFINITY;
      return one.askedAt + (one.state === 'rejected' ? REJECTED_MS : ANSWER_MS);
    });
    // What is past its time and was not taken waits for another's answer.
    return Math.min(...times.filter((time) => time > now), Number.POSITIVE_INFINITY);
  }

  list(): readonly SubscriptionState[] {
    return [...this.wanted.values()].map(({ symbol, state, words }) => ({ symbol, state, words }));
  }

  private due(now: number): readonly Subscription[] {
    const all = [...this.wanted.values()];
    const pending = all.filter((one) => one.state === 'pending');
    const unanswered = pending.filter((one) => one.askedAt === null || now - one.askedAt >= ANSWER_MS);
    const together = unanswered.filter((one) => !one.alone);
    if (together.length > 0) return together;
    if (pending.length > unanswered.length) return [];
    const rejected = all.filter((one) => one.state === 'rejected' && now - (one.askedAt ?? 0) >= REJECTED_MS);
    for (const one of rejected) one.alone = true;
    const [longest] = [...unanswered, ...rejected].sort((a, b) => (a.askedAt ?? 0) - (b.askedAt ?? 0));
    return longest === undefined ? [] : [longest];
  }

  private settle(symbol: string): void {
    const found = this.wanted.get(symbol);
    if (found === undefined || found.state === 'subscribed') return;
    Object.assign(found, { state: 'subscribed', words: null, alone: false });
  }

  private reject(symbol: string | null, words: string): void {
    if (symbol !== null) {
      const found = this.wanted.get(symbol);
      if (found !== undefined) Object.assign(found, { state: 'rejected', words });
      return;
    }
    const asked = [...this.wanted.values()].filter((one) => one.state === 'pending' && one.askedAt !== null);
    const [only] = asked;
    if (asked.length === 1 && only !== undefined) Object.assign(only, { state: 'rejected', words });
    // Which of several it means is found out by asking for each alone.
    else for (const one of asked) Object.assign(one, { askedAt: null, alone: true });
  }
}
