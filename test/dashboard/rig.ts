import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import pino from 'pino';
import { createApi } from '../../api/app.ts';
import { createReadPool } from '../../api/database.ts';
import { type Listening, listen } from '../../api/listen.ts';
import { monitoringRoutes } from '../../api/monitoring/routes.ts';
import type { FeedsReport } from '../../api/schemas/feeds.ts';
import { ManualSource } from '../../api/stream/fixtures/rig.ts';
import { Streams } from '../../api/stream/streams.ts';
import { systemClock } from '../../engine/clock.ts';
import { testDatabase } from '../support/database.ts';

/** The API with its dashboard and streams, on a database with two markets. */
export interface DashboardRig {
  readonly owner: pg.Pool;
  readonly source: ManualSource;
  /** Address of the page. */
  url(): string;
  /** Stops the server; the database stays. */
  stopServer(): Promise<void>;
  /** Serves again on the port from before. */
  startServer(): Promise<void>;
  stop(): Promise<void>;
}

const MARKETS = readFileSync(new URL('./market.sql', import.meta.url), 'utf8');

export async function dashboardRig(): Promise<DashboardRig> {
  const database = await testDatabase();
  const owner = new pg.Pool({ connectionString: database.url, max: 2 });
  owner.on('error', () => {});
  await owner.query(MARKETS);
  const pool = createReadPool({ url: database.analystUrl, maxConnections: 4 });
  const source = new ManualSource();
  let serving = await serve(pool, source, 0);
  const { url } = serving.listening;
  return {
    owner,
    source,
    url: () => url,
    stopServer: () => serving.stop(),
    startServer: async () => {
      serving = await serve(pool, source, Number(new URL(url).port));
    },
    stop: async () => {
      await serving.stop();
      await pool.end();
      await owner.end();
      await database.drop();
    },
  };
}

/** Where screenshots go: the folder named by SCREENSHOTS, or a temporary one. */
export const SCREENSHOTS = process.env.SCREENSHOTS ?? mkdtempSync(join(tmpdir(), 'tickwave-dashboard-'));

const FEEDS: FeedsReport = {
  kind: 'simulated',
  detail: 'the SIMULATED market, seed 42',
  markets: ['BTC/USD', 'ETH/USD'].map((symbol) => ({
    ...{ exchange: 'kraken', symbol, state: 'live', words: null, last_trade_at: '2026-11-20T11:59:40Z' },
    ...{ complete_to: '2026-11-20T11:59:42Z', open_gaps: symbol === 'ETH/USD' ? 1 : 0, backfilled: 1 },
    ...{ landed: 481_220, duplicates: 1_204, repaired: 14, permanent: 0 },
  })),
  news: null,
  kafka: null,
};

async function serve(
  pool: pg.Pool,
  source: ManualSource,
  port: number,
): Promise<{ readonly listening: Listening; stop(): Promise<void> }> {
  const logger = pino({ level: 'silent' });
  const clock = systemClock;
  const streams = new Streams({ pool, source, clock, logger });
  const listening = await listen(
    createApi({
      ...{ pool, logger, clock },
      routes: monitoringRoutes(null, clock),
      status: async () => ({ state: 'running', refreshLagMs: 42 }),
      feeds: () => FEEDS,
      mount: (app, context) => streams.mount(app, context),
    }),
    port,
  );
  streams.attach(listening.server);
  return {
    listening,
    stop: async () => {
      await streams.stop();
      await listening.stop();
    },
  };
}
