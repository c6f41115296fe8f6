import pg from 'pg';
import pino from 'pino';
import { createApi } from '../../api/app.ts';
import { createReadPool } from '../../api/database.ts';
import { type Listening, listen } from '../../api/listen.ts';
import { Peer } from '../../api/stream/fixtures/peer.ts';
import type { StreamLimits } from '../../api/stream/limits.ts';
import { Streams } from '../../api/stream/streams.ts';
import { EngineChanges, type EngineHolder } from '../../cli/changes.ts';
import { systemClock } from '../../engine/clock.ts';
import type { ChangeTeller } from '../../engine/keeper.ts';

/** What clients connect to: the API with its streams, on whatever engine the holder has. */
export interface ServedStreams {
  /** As http://127.0.0.1:1234. */
  readonly url: string;
  readonly streams: Streams;
  readonly pool: pg.Pool;
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** Opens a WebSocket. */
  connect(): Promise<Peer>;
  stop(): Promise<void>;
}

export interface ServeOptions {
  /** The database, as the read-only role. */
  readonly database: string;
  readonly holder: EngineHolder<ChangeTeller>;
  readonly limits?: Partial<StreamLimits>;
  /** A port that clients know already. */
  readonly port?: number;
}

/** Serves streams as `tickwave start` does. */
export async function serveStreams({
  database,
  holder,
  limits = {},
  port = 0,
}: ServeOptions): Promise<ServedStreams> {
  const pool = createReadPool({ url: database, statementTimeoutMs: 60_000 });
  const log: Record<string, unknown>[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => log.push(JSON.parse(line)) });
  const source = new EngineChanges(holder);
  const streams = new Streams({ pool, source, clock: systemClock, logger, limits });
  const status = async () => ({ state: 'running', refreshLagMs: 0 }) as const;
  const mount = streams.mount.bind(streams);
  const api: Listening = await listen(createApi({ pool, status, clock: systemClock, logger, mount }), port);
  streams.attach(api.server);
  return {
    ...{ url: api.url, streams, pool, log },
    connect: async () => {
      const peer = new Peer(`${api.url.replace('http', 'ws')}/v1/ws`);
      await peer.opened;
      return peer;
    },
    stop: async () => {
      await streams.stop();
      source.stop();
      await api.stop();
      await pool.end();
    },
  };
}

/** A connection that writes as connectors do. */
export async function openWriter(url: string): Promise<pg.Client> {
  const writer = new pg.Client({ connectionString: url });
  writer.on('error', () => {});
  await writer.connect();
  await writer.query("set timezone = 'UTC'; set search_path = public, compat");
  return writer;
}

/** Writes trades of a market: one each minute, from one minute of 2027 on and before another. */
export async function trade(writer: pg.Client, symbol: string, from: number, to: number): Promise<void> {
  await writer.query(
    `insert into trades select 'kraken', $1, n, timestamptz '2027-01-01 00:00:00+00' + n * interval '1 minute', 100 + n % 7, 1, 'buy', now()
     from generate_series($2::int, $3::int - 1) as n`,
    [symbol, from, to],
  );
}
