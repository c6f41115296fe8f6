import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { systemClock } from './clock.ts';
import { checkDataVersion } from './doctor/folder.ts';
import { checkClock, checkKafka, checkNode } from './doctor/machine.ts';
import { type Check, examine } from './doctor.ts';
import { PortInUse } from './postgres/server/errors.ts';
import { deleteFolders, newFolder } from './postgres/server/fixtures/harness.ts';
import { tryPort } from './postgres/server/port.ts';
import { type Server, startServer } from './postgres/server.ts';

afterAll(deleteFolders);

const byName = (checks: readonly Check[]) => new Map(checks.map((check) => [check.name, check]));

test('a machine before its first start is well, and nothing is made', async () => {
  const dataDir = join(newFolder(), 'data');
  const checks = await examine({ dataDir, apiPort: 0, clock: systemClock });
  expect(checks.filter((check) => check.outcome === 'fail')).toEqual([]);
  expect(byName(checks).get('data folder')?.found).toContain('(will be made)');
  expect(byName(checks).get('database')?.found).toContain('not running');
  expect(checks.every((check) => (check.outcome === 'ok') === (check.remedy === null))).toBe(true);
});

describe('on a data folder', () => {
  test('a running database answers, with its version; the ports are known as its own', async () => {
    const folder = newFolder();
    chmodSync(folder, 0o755);
    const dataDir = join(folder, 'data');
    const server = await startServer({ dataDir });
    const running = byName(await examine({ dataDir, apiPort: server.port, clock: systemClock }));
    expect(running.get('database')).toMatchObject({
      outcome: 'ok',
      found: `127.0.0.1:${server.port}/tickwave answers`,
    });
    expect(running.get('database version')?.found).toMatch(/^PostgreSQL 18/);
    expect(running.get('database clock')?.outcome).toBe('ok');
    expect(running.get('database port')?.found).toContain(`process ${process.pid}`);
    await server.stop();

    const stopped = byName(await examine({ dataDir, clock: systemClock }));
    expect(stopped.get('database port')?.found).toBe(`${server.port} is free`);
    expect(stopped.get('data version')?.found).toBe('PostgreSQL 18');
    expect(checkDataVersion({ dataDir, clock: systemClock }, '19')).toMatchObject({
      outcome: 'fail',
      found: expect.stringContaining('PostgreSQL 18'),
    });

    rmSync(join(dataDir, 'port'));
    const placed = await startWhereAsked(dataDir);
    const again = byName(await examine({ dataDir, port: placed.port, clock: systemClock }));
    expect(again.get('database')?.found).toBe(`127.0.0.1:${placed.port}/tickwave answers`);
    await placed.stop();

    writeFileSync(join(dataDir, 'credentials.json'), 'not json');
    const held = await startServer({ dataDir }).catch((error: Error) => error);
    expect(held).toMatchObject({ code: 'credentials_unreadable' });
  });
});

/** A server on a port that was asked for; one that somebody took meanwhile is let go. */
async function startWhereAsked(dataDir: string): Promise<Server> {
  for (;;) {
    const port = (await tryPort(0)) ?? 0;
    try {
      return await startServer({ dataDir, port });
    } catch (error) {
      if (!(error instanceof PortInUse)) throw error;
    }
  }
}

describe('finds', () => {
  const options = { dataDir: newFolder(), clock: systemClock };

  test('an old Node', () => {
    expect(checkNode(options, '18.19.0')).toMatchObject({
      outcome: 'fail',
      remedy: 'Install Node 20 or newer',
    });
  });

  test('a taken port', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
    });
    const checks = byName(await examine({ ...options, port, apiPort: port }));
    expect(checks.get('database port')).toMatchObject({ outcome: 'fail', found: `${port} is in use` });
    expect(checks.get('API port')).toMatchObject({ outcome: 'fail' });
    await new Promise((resolve) => other.close(resolve));
  });

  test('a clock that is years or an hour behind', () => {
    const at = (now: number) => checkClock({ ...options, clock: { ...systemClock, now: () => now } });
    expect(at(0)).toMatchObject({ outcome: 'fail', found: expect.stringContaining('1970') });
    expect(at(Date.now() - 3_600_000).outcome).toBe('warn');
  });

  test('a Kafka client that is needed and not there', async () => {
    const missing = () => Promise.reject(new Error('no such module'));
    expect(await checkKafka({ ...options, kafkaBrokers: 'broker:9092' }, missing)).toMatchObject({
      outcome: 'fail',
      remedy: expect.stringContaining('CKJS_LINKING'),
    });
    expect((await checkKafka({ ...options, kafkaBrokers: 'broker:9092' }, async () => ({}))).outcome).toBe(
      'ok',
    );
  });

  test("a server of one's own that does not answer, without telling its password", async () => {
    const checks = await examine({ ...options, databaseUrl: 'postgresql://me:secret@127.0.0.1:1/mine' });
    expect(byName(checks).get('database')).toMatchObject({
      outcome: 'fail',
      found: expect.stringContaining('127.0.0.1:1/mine does not answer'),
    });
    expect(JSON.stringify(checks)).not.toContain('secret');
  });

  test('what no check foresaw, as a failure of that check', async () => {
    const broken = {
      now: (): number => {
        throw new Error('no clock');
      },
      sleep: systemClock.sleep,
    };
    const checks = byName(await examine({ ...options, clock: broken }));
    expect(checks.get('clock')).toMatchObject({ outcome: 'fail', found: 'no clock' });
    expect(checks.get('Node')?.outcome).toBe('ok');
  });
});
