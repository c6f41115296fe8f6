import pg from 'pg';
import pino from 'pino';
import { Registry } from 'prom-client';
import { createApi } from '../../api/app.ts';
import { createReadPool } from '../../api/database.ts';
import { type Listening, listen } from '../../api/listen.ts';
import { databaseMetrics } from '../../api/metrics/databaseMetrics.ts';
import { monitoringRoutes } from '../../api/monitoring/routes.ts';
import type { Ask } from './requests.ts';

/** Who reads a database: the API over it, and connections as the API and as jobs have them. */
export class Side {
  readonly url: string;
  /** As the API has it. */
  readonly pool: pg.Pool;
  /** As jobs have it. */
  readonly jobs: pg.Pool;
  readonly #api: Listening;

  private constructor(url: string, pool: pg.Pool, jobs: pg.Pool, api: Listening) {
    this.url = url;
    this.pool = pool;
    this.jobs = jobs;
    this.#api = api;
  }

  /** @param now what it takes for now */
  static async open(url: string, now: () => number): Promise<Side> {
    const pool = createReadPool({ url, statementTimeoutMs: 60_000 });
    const jobs = new pg.Pool({ connectionString: url, max: 2 });
    jobs.on('error', () => {});
    const clock = { now };
    const logger = pino({ level: 'silent' });
    const registry = new Registry();
    databaseMetrics(registry, { pool, clock, logger });
    const status = async () => ({ state: 'running', refreshLagMs: 0 }) as const;
    const limits = { perKey: 1e6, perAddress: 1e6 };
    const routes = monitoringRoutes(null, clock);
    const api = await listen(createApi({ pool, status, clock, logger, limits, routes, registry }), 0);
    return new Side(url, pool, jobs, api);
  }

  readonly ask: Ask = (path) => answer(this.#api.url + path);

  async close(): Promise<void> {
    await this.#api.stop();
    await this.pool.end();
    await this.jobs.end();
  }
}

async function answer(address: string): ReturnType<Ask> {
  const response = await fetch(address);
  const text = await response.text();
  const json = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, body: json ? JSON.parse(text) : text };
}
