import type { ChannelName } from '../stream/channels.ts';
import { backoff } from './backoff.ts';
import { TickwaveError } from './error.ts';
import type { StreamEvent, Subscription } from './messages.ts';

/** What the client uses of a WebSocket: that of browsers, of Node 22 and of the package `ws`. */
export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
}

export interface ClientOptions {
  /** Address of the API, as http://127.0.0.1:8080. */
  readonly url: string;
  readonly key?: string;
  /** How a WebSocket is opened; where the platform has its own, it may be left out. */
  readonly open?: (url: string) => Socket;
  /** From 0 to 1: spreads clients that come back after the same break. */
  readonly random?: () => number;
  /** Told when the connection comes and goes. */
  readonly onState?: (state: 'open' | 'broken') => void;
  /** Milliseconds of silence after which the connection counts as broken; the server beats each second. */
  readonly silenceMs?: number;
}

interface Following {
  readonly subscription: Subscription<ChannelName>;
  readonly listener: (event: StreamEvent<ChannelName>) => void;
  readonly failed: (error: TickwaveError) => void;
  /** Whether it has what its rows continue: else a break begins it anew. */
  begun: boolean;
}

const SILENCE_MS = 10_000;

/**
 * Follows Tickwave's streams: connects, comes back after a break, and goes on where it was. Nothing is lost by a break that the
 * server remembers; after a longer one a snapshot comes instead.
 *
 * @example
 * const client = new TickwaveClient({ url: 'http://127.0.0.1:8080' });
 * const end = client.subscribe({ channel: 'candle', symbol: 'BTC/USD', timeframe: '1m' }, ({ type, data }) => console.log(type, data));
 * client.close();
 */
export class TickwaveClient {
  readonly #options: ClientOptions;
  readonly #followings = new Map<number, Following>();
  #socket: Socket | null = null;
  #cursor: string | undefined;
  /** Whose snapshot comes next: it follows its answer. */
  #beginning: Following | undefined;
  #requests = 0;
  #breaks = 0;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#connect();
  }

  /** Follows one channel of one market; returns the function that ends it. Rows have the columns that REST serves. */
  subscribe<C extends ChannelName>(
    subscription: Subscription<C>,
    listener: (event: StreamEvent<C>) => void,
    failed: (error: TickwaveError) => void = () => {},
  ): () => void {
    const id = this.#requests++;
    // The server sends rows of the channel that was asked for.
    const following: Following = {
      subscription,
      listener: listener as Following['listener'],
      failed,
      begun: false,
    };
    this.#followings.set(id, following);
    if (this.#socket) this.#ask(id, following);
    return () => {
      if (!this.#followings.delete(id)) return;
      this.#send({ method: 'unsubscribe', params: topicOf(subscription), req_id: this.#requests++ });
    };
  }

  /** Ends it for good. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
    this.#socket = null;
  }

  #connect(): void {
    const { url, key, open = openNative, onState, random = Math.random } = this.#options;
    const socket = open(`${url.replace(/^http/, 'ws')}/v1/ws`);
    let broken = false;
    const lost = (): void => {
      if (broken || this.#closed) return;
      broken = true;
      this.#socket = null;
      socket.close();
      onState?.('broken');
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#connect(), backoff(this.#breaks++, random));
    };
    socket.onopen = () => {
      if (this.#closed) return socket.close();
      this.#socket = socket;
      if (key !== undefined) this.#send({ method: 'authenticate', params: { key } });
      for (const [id, following] of this.#followings) this.#ask(id, following);
      this.#watch(lost);
      onState?.('open');
    };
    socket.onmessage = ({ data }) => {
      if (broken || this.#closed) return;
      this.#watch(lost);
      this.#receive(JSON.parse(String(data)));
    };
    socket.onclose = lost;
    socket.onerror = lost;
  }

  /** A line that breaks without a word is noticed by its silence. */
  #watch(lost: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(lost, this.#options.silenceMs ?? SILENCE_MS);
  }

  #ask(id: number, { subscription, begun }: Following): void {
    const { snapshot = true } = subscription;
    const since = this.#cursor === undefined || !begun ? {} : { since: this.#cursor };
    this.#send({ method: 'subscribe', params: { ...topicOf(subscription), snapshot, ...since }, req_id: id });
  }

  #send(request: Readonly<Record<string, unknown>>): void {
    this.#socket?.send(JSON.stringify(request));
  }

  #receive(message: Readonly<Record<string, unknown>>): void {
    const { channel, method, success, req_id: id } = message;
    if (method !== undefined) {
      if (success === false) this.#refused(Number(id), String(message.code), String(message.error));
      else if (method === 'subscribe') this.#answered(this.#followings.get(Number(id)));
      return;
    }
    this.#breaks = 0;
    if (typeof message.cursor !== 'string') return;
    this.#cursor = message.cursor;
    const event = message as unknown as StreamEvent<ChannelName>;
    if (event.type === 'snapshot' && this.#beginning) this.#beginning.begun = true;
    for (const { subscription, listener } of this.#followings.values()) {
      if (subscription.channel !== channel) continue;
      const data = event.data.filter((row) => concerns(subscription, row));
      if (data.length > 0 || event.type === 'snapshot')
        listener({ ...event, data } as StreamEvent<ChannelName>);
    }
  }

  #answered(following: Following | undefined): void {
    this.#beginning = following;
    if (following?.subscription.snapshot === false) following.begun = true;
  }

  #refused(id: number, code: string, error: string): void {
    const following = this.#followings.get(id);
    this.#followings.delete(id);
    following?.failed(new TickwaveError(code, error));
  }
}

function topicOf({ snapshot: _, ...topic }: Subscription<ChannelName>): Readonly<Record<string, unknown>> {
  // What is undefined is not sent.
  return topic;
}

function concerns(subscription: Subscription<ChannelName>, row: object): boolean {
  if (subscription.channel === 'alert') return true;
  const { channel, symbol, exchange, timeframe } = subscription;
  const of = row as { readonly symbol: string; readonly exchange: string; readonly timeframe?: string };
  const timeframed = channel === 'candle' || channel === 'indicator';
  return (
    of.symbol === symbol &&
    (exchange === undefined || of.exchange === exchange) &&
    (!timeframed || of.timeframe === (timeframe ?? '1m'))
  );
}

function openNative(url: string): Socket {
  const { WebSocket } = globalThis as { WebSocket?: new (url: string) => Socket };
  if (!WebSocket)
    throw new TickwaveError(
      'no_websocket',
      'This platform has no WebSocket: give `open`, as url => new WebSocket(url) of ws',
    );
  return new WebSocket(url);
}
