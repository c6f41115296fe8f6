import pino from 'pino';
import { WebSocket } from 'ws';
import { createApi } from '../api/app.ts';
import { createReadPool } from '../api/database.ts';
import { listen } from '../api/listen.ts';
import { Streams } from '../api/stream/streams.ts';
import { EngineChanges } from '../cli/changes.ts';
import { PostgresLanding } from '../connectors/postgresLanding.ts';
import { instruments } from '../connectors/simulator/instrument.ts';
import { systemClock } from '../engine/clock.ts';
import { landHistory, live, round } from './latency.ts';
import { openRig, quantile, type Rig } from './rig.ts';

/** Clients of which each message is read and timed; the others only count. */
const TIMED = 20;
const MARKETS = 20;

/**
 * Many WebSocket clients, each following the trades and the one-minute candles of all markets: deliveries a second, and the
 * time from a trade's received_at, which is its own time here and up to 20 ms before its commit, to the client. Clients, server and
 * engine share one process, so this is an upper bound.
 */
export async function benchStreams(clients: number, rate: number, seconds: number): Promise<unknown> {
  const rig = await openRig();
  const landing = new PostgresLanding({ connection: rig.url, durable: true });
  const served = await serve(rig, clients);
  try {
    await landHistory(rig, landing, 10, 20);
    await rig.engine.start();
    const counted = await follow(served.url, clients);
    const memory: number[] = [];
    const watching = new AbortController();
    const watch = async (): Promise<void> => {
      while (await systemClock.sleep(1_000, watching.signal)) memory.push(process.memoryUsage().rss / 1e6);
    };
    const watched = watch();
    counted.reset();
    const figures = await live(rig, landing, rate, seconds, 7);
    watching.abort();
    await watched;
    const deliveries = counted.rows();
    for (const socket of counted.sockets) socket.terminate();
    return {
      clients,
      markets: MARKETS,
      tradesPerSecond: figures.tradesPerSecond,
      refreshMsMean: figures.refreshMsMean,
      messagesPerSecond: Math.round(counted.messages() / figures.seconds),
      timedRowsPerSecondPerClient: Math.round(deliveries / TIMED / figures.seconds),
      receivedMsP50: round(quantile(counted.latencies, 0.5)),
      receivedMsP99: round(quantile(counted.latencies, 0.99)),
      slowClients: served.streams.figures.slow,
      megabytesFirst: Math.round(memory[0] ?? 0),
      megabytesMost: Math.round(Math.max(0, ...memory)),
      megabytesLast: Math.round(memory.at(-1) ?? 0),
    };
  } finally {
    await served.stop();
    await landing.close();
    await rig.close();
  }
}

async function serve(rig: Rig, clients: number) {
  const pool = createReadPool({ url: rig.url });
  const logger = pino({ level: 'silent' });
  const source = new EngineChanges({
    onEngine: (listener) => {
      listener(rig.engine);
      return () => {};
    },
  });
  const limits = { connections: clients + 10, connectionsPerAddress: clients + 10 };
  const streams = new Streams({ pool, source, clock: systemClock, logger, limits });
  const status = async () => ({ state: 'running', refreshLagMs: 0 }) as const;
  const mount = streams.mount.bind(streams);
  const api = await listen(createApi({ pool, status, clock: systemClock, logger, mount }), 0);
  streams.attach(api.server);
  const stop = async (): Promise<void> => {
    await streams.stop();
    source.stop();
    await api.stop();
    await pool.end();
  };
  return { url: `${api.url.replace('http', 'ws')}/v1/ws`, streams, stop };
}

async function follow(url: string, clients: number) {
  const latencies: number[] = [];
  let messages = 0;
  let rows = 0;
  const sockets: WebSocket[] = [];
  const symbols = instruments(MARKETS).map(({ symbol }) => symbol);
  for (let client = 0; client < clients; client++) {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    sockets.push(socket);
    await new Promise((resolve) => socket.once('open', resolve));
    socket.on('message', (data: Buffer) => {
      messages++;
      if (client >= TIMED) return;
      const now = systemClock.now();
      const message = JSON.parse(data.toString()) as {
        channel?: string;
        type?: string;
        data?: { received_at?: string }[];
      };
      if (message.type !== 'update' || message.channel === 'status') return;
      rows += message.data?.length ?? 0;
      for (const { received_at: at } of message.data ?? [])
        if (at !== undefined && latencies.length < 1_000_000) latencies.push(now - Date.parse(at));
    });
    for (const channel of ['trade', 'candle'])
      socket.send(
        JSON.stringify({ method: 'subscribe', params: { channel, symbol: symbols, snapshot: false } }),
      );
  }
  const reset = (): void => {
    latencies.length = 0;
    messages = 0;
    rows = 0;
  };
  return { sockets, latencies, reset, messages: () => messages, rows: () => rows };
}
