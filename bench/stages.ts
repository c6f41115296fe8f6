import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { Exchange } from '../connectors/exchanges/exchange.ts';
import { LandedMemory } from '../connectors/exchanges/feed/landedMemory.ts';
import { LiveFeed } from '../connectors/exchanges/feed/liveFeed.ts';
import { exchangeNamed } from '../connectors/exchanges/registry.ts';
import type { Landing, Trade } from '../connectors/landing.ts';
import { MemoryLanding } from '../connectors/memoryLanding.ts';
import { PostgresLanding } from '../connectors/postgresLanding.ts';
import { Writer } from '../connectors/writer.ts';
import { systemClock } from '../engine/clock.ts';
import { binance } from '../test/exchange/binance.ts';
import { coinbase } from '../test/exchange/coinbase.ts';
import type { Dialect } from '../test/exchange/dialect.ts';
import { kraken } from '../test/exchange/kraken.ts';
import { Tape } from '../test/exchange/tape.ts';
import { openRig } from './rig.ts';

const DIALECTS: readonly Dialect[] = [kraken, coinbase, binance];

/**
 * The stages from an exchange's socket to the landing table, each alone: frames of one trade read by the protocol, the same
 * through socket, session and feed into memory, and trades through the writer into PostgreSQL with the engine's triggers.
 */
export async function benchStages(trades: number): Promise<Readonly<Record<string, unknown>>> {
  const protocols: Record<string, unknown> = {};
  let rows: readonly Trade[] = [];
  for (const dialect of DIALECTS) {
    const { frames, made } = recorded(dialect, trades);
    rows = made;
    const exchange = exchangeNamed(dialect.name);
    protocols[dialect.name] = {
      parsedPerSecond: parse(exchange, frames),
      socketToFeedPerSecond: await feed(exchange, made[0]?.symbol ?? '', frames),
    };
  }
  return { trades, protocols, landedPerSecond: await land(rows) };
}

/** Trades of one market as the exchange sends them, a frame each. */
function recorded(dialect: Dialect, trades: number) {
  const startMs = Date.now() - 60_000;
  const tape = new Tape({
    seed: 1,
    exchange: dialect.name,
    symbolOf: (base) => dialect.symbolOf(base),
    markets: 1,
    tradesPerSecond: trades / 30,
    startMs,
    precisionMicros: dialect.precisionMicros,
  });
  tape.advance((startMs + 30_000) * 1000);
  const made = tape.markets[0]?.trades ?? [];
  return { frames: made.flatMap((one) => dialect.updates([one])), made: made.map(({ row }) => row) };
}

function parse(exchange: Exchange, frames: readonly string[]): number {
  const receivedAt = new Date().toISOString();
  exchange.read(frames[0] ?? '', receivedAt);
  const began = performance.now();
  for (const frame of frames) exchange.read(frame, receivedAt);
  return perSecond(frames.length, began);
}

/** Sends all frames to a feed at once, once it has subscribed; until the last one is landed in memory. */
async function feed(exchange: Exchange, symbol: string, frames: readonly string[]): Promise<number> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const landing = new MemoryLanding();
  const stopping = new AbortController();
  const nothing = async (): Promise<Response> => new Response('', { status: 404 });
  const live = new LiveFeed({
    exchange,
    symbols: [symbol],
    landing,
    memory: new LandedMemory(landing),
    clock: systemClock,
    random: () => 0.5,
    urls: { websocket: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` },
    historyHours: 0,
    resumeHours: 0,
    fetch: nothing,
  });
  const running = live.run(stopping.signal);
  const [socket] = (await once(server, 'connection')) as [import('ws').WebSocket];
  await once(socket, 'message');
  const began = performance.now();
  for (const frame of frames) socket.send(frame);
  while (landing.stored.trades.size < frames.length) await new Promise((resolve) => setTimeout(resolve, 5));
  const rate = perSecond(frames.length, began);
  stopping.abort();
  await running;
  server.close();
  return rate;
}

async function land(rows: readonly Trade[]): Promise<number> {
  const rig = await openRig();
  const landing: Landing & { close(): Promise<void> } = new PostgresLanding({
    connection: rig.url,
    durable: true,
  });
  try {
    const writer = new Writer({ landing, clock: systemClock });
    const began = performance.now();
    for (const row of rows) await writer.write(row);
    await writer.close();
    return perSecond(rows.length, began);
  } finally {
    await landing.close();
    await rig.close();
  }
}

function perSecond(count: number, began: number): number {
  return Math.round((count * 1000) / (performance.now() - began));
}
