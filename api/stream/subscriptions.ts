import { Problem } from '../problem.ts';
import { channelNamed } from './channels.ts';
import type { Client } from './client.ts';
import type { StreamLimits } from './limits.ts';
import type { Asked, Replies } from './replies.ts';
import type { SubscribeParams, UnsubscribeParams } from './requests.ts';
import type { Subject, Topic } from './topic.ts';
import type { Named, Topics } from './topics.ts';

/** What one WebSocket follows, as its requests say. */
export class Subscriptions {
  readonly #client: Client;
  readonly #topics: Topics;
  readonly #limits: StreamLimits;
  readonly #replies: Replies;

  constructor(client: Client, topics: Topics, limits: StreamLimits, replies: Replies) {
    this.#client = client;
    this.#topics = topics;
    this.#limits = limits;
    this.#replies = replies;
  }

  /** Answers once per symbol, each followed by its snapshot. */
  async subscribe(params: SubscribeParams, asked: Asked): Promise<void> {
    const channel = channelNamed(params.channel);
    const named = namedBy(params);
    this.#refuseMany(named.length);
    const found = await Promise.allSettled(named.map((one) => this.#topics.acquire(channel, one)));
    const fresh = new Set<Topic>();
    for (const [index, result] of found.entries()) {
      const symbol = symbolOf(named[index]);
      if (result.status === 'rejected') this.#replies.failWith(asked, result.reason, symbol);
      else if (this.#client.has(result.value.id) || fresh.has(result.value)) {
        this.#topics.release(result.value);
        this.#replies.fail(asked, 'already_subscribed', 'This is subscribed to already', symbol);
      } else fresh.add(result.value);
    }
    this.#client.follow([...fresh], params, (topic, resumed) => {
      const snapshot = params.snapshot && !resumed;
      const more = params.since === undefined ? { snapshot } : { snapshot, resumed };
      this.#replies.succeed(asked, { ...wordsOf(topic), ...more });
    });
  }

  /** Answers once per symbol. */
  async unsubscribe(params: UnsubscribeParams, asked: Asked): Promise<void> {
    const channel = channelNamed(params.channel);
    for (const named of namedBy(params)) {
      const symbol = symbolOf(named);
      try {
        const subject = await this.#topics.find(channel, named);
        if (this.#client.leave(subject)) this.#replies.succeed(asked, wordsOf(subject));
        else this.#replies.fail(asked, 'not_subscribed', 'This is not subscribed to', symbol);
      } catch (error) {
        this.#replies.failWith(asked, error, symbol);
      }
    }
  }

  #refuseMany(more: number): void {
    const { subscriptions } = this.#limits;
    const { subscriptions: there } = this.#client;
    if (there + more <= subscriptions) return;
    throw new Problem('bad_parameter', {
      detail: `A connection has at most ${subscriptions} subscriptions; this one has ${there}, and ${more} more are asked for`,
      field: 'symbol',
    });
  }
}

/** What is meant, one by one. */
function namedBy(params: UnsubscribeParams): readonly Named[] {
  if (!('symbol' in params)) return [{}];
  const { symbol, exchange, timeframe } = params;
  const symbols = typeof symbol === 'string' ? [symbol] : symbol;
  return symbols.map((one) => ({ symbol: one, exchange, timeframe }));
}

function symbolOf(named: Named | undefined): { readonly symbol?: string } {
  return named?.symbol === undefined ? {} : { symbol: named.symbol };
}

function wordsOf({ channel, market, timeframe }: Subject): Readonly<Record<string, unknown>> {
  return { channel: channel.name, ...market, ...(timeframe === null ? {} : { timeframe }) };
}
