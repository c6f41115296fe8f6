import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { existingHome } from '../engine/postgres/server/placement.ts';
import { type Cli, type Workplace, waitFor, workplace } from '../test/support/cli.ts';

let place: Workplace;
let running: Cli & { readonly api: string };

beforeAll(async () => {
  place = workplace({ SIMULATOR_HISTORY: '1', SIMULATOR_MARKETS: '2' });
  running = await place.start();
}, 120_000);

afterAll(() => place.remove(), 120_000);

async function get(
  path: string,
): Promise<{ readonly status: number; readonly data: readonly Record<string, unknown>[] }> {
  const answer = await fetch(running.api + path);
  const body = (await answer.json()) as { readonly data?: readonly Record<string, unknown>[] };
  return { status: answer.status, data: body.data ?? [] };
}

/** As root the database is where its own user can reach it, which is not below this folder. */
function postmasterFile(): string {
  return join(existingHome(place.dataDir) ?? '', 'pg', 'postmaster.pid');
}

async function eventTime(): Promise<string> {
  const { data } = await get('/v1/markets');
  return String(data.find((market) => market.exchange === 'simulated')?.event_time ?? '');
}

async function postmaster(): Promise<number> {
  return Number(readFileSync(postmasterFile(), 'utf8').split('\n')[0]);
}

describe('tickwave start', () => {
  test('says on its first line that the market is simulated', async () => {
    // It is known by its file to listen before what it prints has come here.
    await waitFor('its address', async () => running.stdout().includes(running.api));
    expect(running.stdout().split('\n')[0]).toBe(
      "Tickwave: no live feed wanted (FEED=simulated), showing the SIMULATED market (exchange 'simulated'), seed 42",
    );
  });

  test('answers over HTTP with history and with trades', async () => {
    await waitFor('two markets', async () => (await get('/v1/markets')).data.length === 2);
    const candles = await waitFor('an hour of candles', async () => {
      const { data } = await get('/v1/candles/BTC-USD?limit=100');
      return data.length >= 60 && data;
    });
    expect(candles[0]).toMatchObject({ exchange: 'simulated', symbol: 'BTC/USD' });
  });

  test('is found by status', async () => {
    const { code, stdout } = await place.run('status', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      running: true,
      pid: running.pid,
      verb: 'start',
      source: 'simulated market, seed 42',
      api: { url: running.api },
    });
  });

  test('is refused a second time on the same folder', async () => {
    const { code, stdout, stderr } = await place.run('start');
    expect(code).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toContain(`process ${running.pid}`);
    expect(stderr).not.toContain('    at ');
  });

  test('gives an address that reads and does not write', async () => {
    const { stdout } = await place.run('psql', '--print');
    const client = new pg.Client({ connectionString: stdout.trim() });
    await client.connect();
    const { rows } = await client.query('select current_user as who');
    expect(rows).toEqual([{ who: 'analyst' }]);
    await expect(client.query('delete from trades')).rejects.toThrow('read-only');
    await client.end();
  });

  test('opens psql as the analyst', async () => {
    if (spawnSync('psql', ['--version']).error !== undefined) {
      console.warn('SKIPPED: psql is not installed');
      return;
    }
    const { code, stdout } = await place.run('psql', '-At', '-c', 'select current_user');
    expect([code, stdout.trim()]).toEqual([0, 'analyst']);
    expect((await place.run('psql', '-c', 'delete from trades')).code).toBe(1);
  });

  test('takes in the trades of a replay beside it', async () => {
    const file = join(place.dataDir, '..', 'kraken_BTCUSD.csv');
    writeFileSync(
      file,
      'trade_id,ts,price,quantity,side\n1,1561939200000,100.5,2,buy\n2,1561939230000,101,1,sell\n3,1561939290000,102,1,buy\n',
    );
    const flags = [
      '--exchange',
      'kraken',
      '--symbol',
      'BTC/USD',
      '--map',
      'ts=ts:ms,price=price,quantity=quantity,side=side,trade_id=trade_id',
    ];
    const { code, stdout, stderr } = await place.run('replay', file, ...flags, '--json');
    expect([code, stderr]).toEqual([0, expect.stringContaining(`process ${running.pid}`)]);
    expect(JSON.parse(stdout)).toMatchObject({ rows: 3, bad: 0, completed: true });
    const rows = await waitFor('the candle', async () => {
      const { data } = await get('/v1/candles/BTC-USD?exchange=kraken&order=asc');
      return data.length > 0 && data;
    });
    expect(rows[0]).toMatchObject({ open: '100.5', high: '101', close: '101', volume: '3', trades: 2 });
  });

  test('brings the database back when it dies', async () => {
    const before = await postmaster();
    process.kill(before, 'SIGKILL');
    await waitFor('a new database', async () => running.stderr().includes('it runs again'));
    expect(running.stderr()).toContain('the database or the engine ended');
    const died = await eventTime();
    await waitFor('trades after it', async () => (await eventTime()) > died);
    expect(await postmaster()).not.toBe(before);
  });

  test('ends in order at Ctrl-C', async () => {
    running.signal('SIGINT');
    const { code, stderr } = await running.ended;
    expect([code, stderr]).toEqual([0, expect.stringContaining('stopped; everything is stored')]);
    expect(existsSync(join(place.dataDir, 'running.json'))).toBe(false);
    expect(existsSync(postmasterFile())).toBe(false);
    expect((await place.run('status')).code).toBe(4);
  });

  test('starts again after kill -9, and every view is right', async () => {
    const first = await place.start();
    first.signal('SIGKILL');
    await first.ended;
    const second = await place.start();
    expect((await fetch(`${second.api}/health`)).status).toBe(200);
    second.signal('SIGTERM');
    expect((await second.ended).code).toBe(0);
    const { code, stdout } = await place.run('check', '--data', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([0, { differences: [] }]);
  });
});
