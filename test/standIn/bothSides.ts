import pg from 'pg';
import pino from 'pino';
import { Registry } from 'prom-client';
import { createApi } from '../../api/app.ts';
import { createReadPool } from '../../api/database.ts';
import { type Listening, listen } from '../../api/listen.ts';
import { databaseMetrics } from '../../api/metrics/databaseMetrics.ts';
import { monitoringRoutes } from '../../api/monitoring/routes.ts';
import { POSTGRES } from '../../engine/profile.ts';
import { load } from '../risingwave/load.ts';
import type { LandingRow } from '../risingwave/recording.ts';
import { Place } from './place.ts';
import type { Ask } from './requests.ts';

/** Who reads one of the two. */
export interface Side {
  readonly url: string;
  /** As the API has it. */
  readonly pool: pg.Pool;
  /** As jobs have it. */
  readonly jobs: pg.Pool;
  readonly api: Listening;
  readonly ask: Ask;
}

/** One database, read as what it is and as what it stands in for. */
export class BothSides {
  readonly place: Place;
  readonly sides: Side[] = [];
  /** What both take for now: later than what was recorded, so that `as_of` may be asked. */
  now = Date.parse('2026-01-01T00:00:00Z');

  private constructor(place: Place) {
    this.place = place;
  }

  static async open(): Promise<BothSides> {
    const both = new BothSides(await Place.open());
    for (const url of [both.place.embedded, both.place.url]) both.sides.push(await both.#side(url));
    return both;
  }

  /** Fills the database; what was remembered for some seconds is read again. */
  async load(rows: readonly LandingRow[]): Promise<void> {
    const { owner, engine } = this.place;
    const client = await owner.connect();
    try {
      await load(client as unknown as pg.Client, POSTGRES, engine.catalog, rows, () => 2000);
    } finally {
      client.release();
    }
    await engine.refresh();
    this.now += 3_600_000;
  }

  /** What both find, the embedded engine first. */
  of<T>(read: (side: Side) => Promise<T>): Promise<T[]> {
    return Promise.all(this.sides.map(read));
  }

  async close(): Promise<void> {
    for (const { api, pool, jobs } of this.sides) {
      await api.stop();
      await pool.end();
      await jobs.end();
    }
    await this.place.close();
  }

  async #side(url: string): Promise<Side> {
    const pool = createReadPool({ url, statementTimeoutMs: 60_000 });
    const jobs = new pg.Pool({ connectionString: url, max: 2 });
    jobs.on('error', () => {});
    const clock = { now: () => this.now };
    const logger = pino({ level: 'silent' });
    const registry = new Registry();
    databaseMetrics(registry, { pool, clock, logger });
    const status = async () => ({ state: 'running', refreshLagMs: 0 }) as const;
    const limits = { perKey: 1e6, perAddress: 1e6 };
    const routes = monitoringRoutes(null, clock);
    const api = await listen(createApi({ pool, status, clock, logger, limits, routes, registry }), 0);
    return { url, pool, jobs, api, ask: (path) => answer(api.url + path) };
  }
}

async function answer(address: string): ReturnType<Ask> {
  const response = await fetch(address);
  const text = await response.text();
  const json = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, body: json ? JSON.parse(text) : text };
}
