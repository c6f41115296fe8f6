import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { createApi } from '../api/app.ts';
import { createReadPool } from '../api/database.ts';
import { listen } from '../api/listen.ts';
import { Streams } from '../api/stream/streams.ts';
import { EngineChanges } from '../cli/changes.ts';
import { PostgresLanding } from '../connectors/postgresLanding.ts';
import { systemClock } from '../engine/clock.ts';
import { landHistory, live, round } from './latency.ts';
import { openRig, type Rig } from './rig.ts';
import type { ClientFigures, Order } from './streamClients.ts';

/** Clients of which each message is read and timed; the others only count. */
const TIMED = 20;
const MARKETS = 20;
const STALLED = 20;

/**
 * Many WebSocket clients, each following the trades and the one-minute candles of all markets: deliveries a second, and the time
 * from a trade's received_at, which is its own time here and up to 20 ms before its commit, to the client. Server, engine and
 * writer share one process, as with `tickwave start`; clients have another, on the same cores. Then some come that follow much
 * and read nothing, until they are let go.
 */
export async function benchStreams(clients: number, rate: number, seconds: number): Promise<unknown> {
  const rig = await openRig();
  const landing = new PostgresLanding({ connection: rig.url, durable: true });
  const served = await serve(rig, clients);
  const crowd = openCrowd();
  try {
    await landHistory(rig, landing, 10, 20);
    await rig.engine.start();
    await crowd.ask({ open: clients, url: served.url, markets: MARKETS, timed: TIMED });
    await live(rig, landing, rate, Math.min(5, seconds), 6); // Plans and caches warm up.
    await crowd.ask('reset');
    const memory = watchMemory();
    const before = process.cpuUsage();
    const figures = await live(rig, landing, rate, seconds, 7);
    const { user, system } = process.cpuUsage(before);
    const seen = (await crowd.ask('report')) as ClientFigures;
    const calm = await memory.end();
    const stalled = await stall(served, crowd, () => live(rig, landing, rate, Math.min(30, seconds), 8));
    return {
      clients,
      markets: MARKETS,
      tradesPerSecond: figures.tradesPerSecond,
      refreshMsMean: figures.refreshMsMean,
      visibleMsP50: figures.visibleMsP50,
      visibleMsP99: figures.visibleMsP99,
      messagesPerSecond: Math.round(seen.messages / figures.seconds),
      megabytesPerSecond: round(seen.bytes / figures.seconds / 1e6),
      timedRowsPerSecondPerClient: Math.round(seen.rows / TIMED / figures.seconds),
      receivedMsP50: round(seen.receivedMsP50),
      receivedMsP99: round(seen.receivedMsP99),
      serverCores: round((user + system) / 1e6 / figures.seconds),
      slowClients: served.streams.figures.slow,
      seconds,
      ...calm,
      stalled: { ...stalled, megabytes: Math.round(process.memoryUsage().rss / 1e6) },
    };
  } finally {
    crowd.end();
    await served.stop();
    await landing.close();
    await rig.close();
  }
}

type Served = Awaited<ReturnType<typeof serve>>;
type Crowd = ReturnType<typeof openCrowd>;

/** Clients that read nothing: what is held for them, and when they are let go. */
async function stall(served: Served, crowd: Crowd, load: () => Promise<unknown>): Promise<object> {
  const before = served.streams.figures.connections;
  await crowd.ask({ stall: STALLED, url: served.url, markets: MARKETS });
  const began = systemClock.now();
  let slowAtMost = 0;
  let gone: number | null = null;
  const watching = new AbortController();
  const watch = (async () => {
    while (await systemClock.sleep(100, watching.signal)) {
      const { slow, connections } = served.streams.figures;
      slowAtMost = Math.max(slowAtMost, slow);
      if (connections <= before && gone === null) gone = (systemClock.now() - began) / 1000;
    }
  })();
  for (let run = 0; run < 4 && gone === null; run++) await load();
  watching.abort();
  await watch;
  return {
    clients: STALLED,
    slowAtMost,
    goneAfterSeconds: gone,
    othersLeft: served.streams.figures.connections,
  };
}

/** Resident memory each second: in each fifth of the time, and at most. */
function watchMemory() {
  const memory: number[] = [];
  const watching = new AbortController();
  const look = (): void => void memory.push(process.memoryUsage().rss / 1e6);
  look();
  const watched = (async () => {
    while (await systemClock.sleep(1_000, watching.signal)) look();
  })();
  return {
    end: async () => {
      watching.abort();
      await watched;
      look();
      const fifths = Array.from({ length: 5 }, (_, fifth) =>
        memory.slice((memory.length * fifth) / 5, (memory.length * (fifth + 1)) / 5),
      );
      return {
        megabytesInFifths: fifths.map((part) =>
          Math.round(part.reduce((sum, one) => sum + one, 0) / part.length),
        ),
        megabytesMost: Math.round(Math.max(...memory)),
      };
    },
  };
}

function openCrowd() {
  const child = fork(fileURLToPath(new URL('./streamClients.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
  });
  return {
    ask: async (order: Order): Promise<unknown> => {
      child.send(order);
      const [answer] = await once(child, 'message');
      return answer;
    },
    end: () => child.kill(),
  };
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
  const most = clients + STALLED + 10;
  const limits = { connections: most, connectionsPerAddress: most };
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
