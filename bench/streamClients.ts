import { WebSocket } from 'ws';
import { instruments } from '../connectors/simulator/instrument.ts';
import { systemClock } from '../engine/clock.ts';
import { quantile } from './rig.ts';

// Clients of bench/streams.ts in a process of their own, as clients are. Told what to do by messages of the parent.

/** What the parent asks for. */
export type Order = Open | Stall | 'reset' | 'report';

/** Open so many clients that read; every message of the first few is looked at. */
export interface Open {
  readonly open: number;
  readonly timed: number;
  readonly url: string;
  readonly markets: number;
}

/** Open so many clients that do not. */
export interface Stall {
  readonly stall: number;
  readonly url: string;
  readonly markets: number;
}

/** What clients were sent since the last `reset`. */
export interface ClientFigures {
  readonly messages: number;
  /** Of all clients together. */
  readonly bytes: number;
  /** Of those that read every message. */
  readonly rows: number;
  /** From a trade's received_at to the client. */
  readonly receivedMsP50: number;
  readonly receivedMsP99: number;
  readonly readers: number;
  readonly closed: number;
}

const MOST_LATENCIES = 1_000_000;

const counted = { messages: 0, bytes: 0, rows: 0, closed: 0, readers: 0 };
const latencies: number[] = [];

async function opened(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.on('error', () => {});
  socket.on('close', () => counted.closed++);
  return socket;
}

function follow(socket: WebSocket, channel: string, markets: number, timeframe?: string): void {
  const symbol = instruments(markets).map(({ symbol }) => symbol);
  socket.send(
    JSON.stringify({ method: 'subscribe', params: { channel, symbol, snapshot: false, timeframe } }),
  );
}

async function open(order: Open): Promise<void> {
  for (let client = 0; client < order.open; client++) {
    const socket = await opened(order.url);
    counted.readers++;
    socket.on('message', (data: Buffer) => {
      counted.messages++;
      counted.bytes += data.length;
      if (client < order.timed) read(data);
    });
    for (const channel of ['trade', 'candle']) follow(socket, channel, order.markets);
  }
}

function read(data: Buffer): void {
  const now = systemClock.now();
  const message = JSON.parse(data.toString()) as { type?: string; data?: { received_at?: string }[] };
  if (message.type !== 'update') return;
  counted.rows += message.data?.length ?? 0;
  for (const { received_at: at } of message.data ?? [])
    if (at !== undefined && latencies.length < MOST_LATENCIES) latencies.push(now - Date.parse(at));
}

/** Clients that follow much and read nothing. */
async function stall(order: Stall): Promise<void> {
  for (let client = 0; client < order.stall; client++) {
    const socket = await opened(order.url);
    socket.pause();
    for (const timeframe of ['1m', '5m', '15m', '1h', '1d'])
      for (const channel of ['indicator', 'candle']) follow(socket, channel, order.markets, timeframe);
  }
}

function report(): ClientFigures {
  return {
    ...counted,
    receivedMsP50: quantile(latencies, 0.5),
    receivedMsP99: quantile(latencies, 0.99),
  };
}

process.on('message', async (order: Order) => {
  if (order === 'report') process.send?.(report());
  else if (order === 'reset') {
    Object.assign(counted, { messages: 0, bytes: 0, rows: 0 });
    latencies.length = 0;
    process.send?.('reset');
  } else {
    await ('open' in order ? open(order) : stall(order));
    process.send?.('opened');
  }
});
process.on('disconnect', () => process.exit(0));
