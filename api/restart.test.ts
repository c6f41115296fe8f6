import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import pino from 'pino';
import { deleteDataFolder } from '../engine/postgres/server/placement.ts';
import { startServer } from '../engine/postgres/server.ts';
import { createApi } from './app.ts';
import { createReadPool } from './database.ts';
import { VIEWS } from './fixtures/harness.ts';
import { listen } from './listen.ts';

const CLIENTS = 6;

test('a database that restarts under load: problems that may be tried again, then answers', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tickwave-restart-'));
  let server = await startServer({ dataDir });
  const owner = new pg.Client({ connectionString: server.url('owner') });
  owner.on('error', () => {});
  await owner.connect();
  await owner.query(VIEWS);
  await owner.end();
  const pool = createReadPool({ url: server.url('analyst') });
  const causes: unknown[] = [];
  const logger = pino({ level: 'error' }, { write: (line: string) => causes.push(JSON.parse(line)) });
  const status = async () => ({ state: 'running', refreshLagMs: null }) as const;
  // Nothing is remembered, so that every request asks the database.
  let time = Date.UTC(2024, 5, 1, 2);
  const clock = { now: () => (time += 20_000) };
  const served = await listen(createApi({ pool, logger, status, clock }), 0);
  const seen = new Map<number, number>();
  const others: unknown[] = [];
  let loaded = true;
  const client = async (): Promise<void> => {
    while (loaded) {
      const reply = await fetch(`${served.url}/v1/candles/BTC-USD?limit=5`);
      const body = (await reply.json()) as { code?: string; retryable?: boolean };
      seen.set(reply.status, (seen.get(reply.status) ?? 0) + 1);
      const right = reply.status === 200 || (reply.status === 503 && body.retryable === true);
      if (!right) others.push([reply.status, body]);
    }
  };
  const clients = Array.from({ length: CLIENTS }, client);
  const until = async (code: number, more: number): Promise<void> => {
    const wanted = (seen.get(code) ?? 0) + more;
    while ((seen.get(code) ?? 0) < wanted) await new Promise((resolve) => setImmediate(resolve));
  };
  await until(200, 20);
  const { port } = server;
  await server.stop();
  await until(503, 20);
  expect((await fetch(`${served.url}/health`)).status).toBe(200);
  server = await startServer({ dataDir, port });
  await until(200, 20);
  loaded = false;
  await Promise.all(clients);
  expect([others, causes]).toEqual([[], []]);
  expect(pool.totalCount).toBeLessThanOrEqual(8);
  await served.stop();
  await pool.end();
  await server.stop();
  deleteDataFolder(dataDir);
});
