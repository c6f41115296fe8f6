import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  DataFolderInUse,
  DataVersionMismatch,
  PortInUse,
  SettingRefused,
  StartFailed,
} from './server/errors.ts';
import { ask, deleteFolders, hold, newFolder } from './server/fixtures/harness.ts';
import { type Server, startServer } from './server.ts';

let dataDir: string;

beforeAll(() => {
  const folder = newFolder();
  chmodSync(folder, 0o755);
  dataDir = join(folder, 'data');
});

afterAll(deleteFolders);

async function running<T>(work: (server: Server) => Promise<T>): Promise<T> {
  const server = await startServer({ dataDir });
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

const rowsOf = (server: Server) => ask(server.url(), 'select id from survivors order by id');

describe('one data folder through its life', () => {
  let port: number;

  test('is made, with passwords that only its owner reads', async () => {
    await running(async (server) => {
      port = server.port;
      expect(server.version).toMatch(/^18\./);
      await ask(
        server.url(),
        'create table survivors (id int primary key); insert into survivors values (1)',
      );
      expect(await ask(server.url('analyst'), 'select id from survivors')).toEqual([{ id: 1 }]);
      const [row] = await ask(
        server.url(),
        "select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit, current_setting('TimeZone') as zone, current_setting('listen_addresses') as listen",
      );
      expect(row).toEqual({ fsync: 'on', commit: 'on', zone: 'UTC', listen: '127.0.0.1' });
      await expect(ask(server.url().replace(/:[^:@]+@/, ':wrong@'), 'select 1')).rejects.toThrow('password');
    });
    expect(statSync(join(dataDir, 'credentials.json')).mode & 0o777).toBe(0o600);
  });

  test('is opened again on the same port; a half-made database beside it is swept', async () => {
    mkdirSync(join(dataDir, 'init-crashed', 'data', 'base'), { recursive: true });
    await running(async (server) => {
      expect(server.port).toBe(port);
      expect(await rowsOf(server)).toEqual([{ id: 1 }]);
    });
    expect(readdirSync(dataDir).filter((name) => name.startsWith('init-'))).toEqual([]);
  });

  test('is refused to a second start, in this process and in another', async () => {
    await running(async () => {
      await expect(startServer({ dataDir })).rejects.toMatchObject({
        name: 'DataFolderInUse',
        ownerPid: process.pid,
      });
      const other = await hold(dataDir);
      expect(other.answer).toMatchObject({
        error: 'DataFolderInUse',
        message: expect.stringContaining(`process ${process.pid}`),
      });
      await other.ended;
    });
  });

  test('survives kill -9 of PostgreSQL', async () => {
    const server = await startServer({ dataDir });
    await ask(server.url(), 'insert into survivors values (2)');
    process.kill(server.pid, 'SIGKILL');
    expect(await server.exited).toContain('SIGKILL');
    await running(async (again) => expect(await rowsOf(again)).toEqual([{ id: 1 }, { id: 2 }]));
  });

  test('survives kill -9 of Node: the database left behind is stopped and started anew', async () => {
    const held = await hold(dataDir);
    if ('error' in held.answer) throw new Error(held.answer.message);
    await ask(held.answer.url, 'insert into survivors values (3)');
    held.child.kill('SIGKILL');
    await held.ended;
    const said: string[] = [];
    const server = await startServer({ dataDir, onLog: (line) => said.push(line) });
    expect(said[0]).toContain(`process ${held.answer.pid}`);
    expect(await rowsOf(server)).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
    await server.stop();
  });

  test('survives a lock file whose process id belongs to another program by now', async () => {
    const server = await startServer({ dataDir });
    process.kill(server.pid, 'SIGKILL');
    await server.exited;
    writeFileSync(join(server.databaseDir, 'postmaster.pid'), `${process.pid}\n${server.databaseDir}\n`);
    await running(async (again) => expect(await rowsOf(again)).toHaveLength(3));
  });

  test('gets new passwords when they were lost', async () => {
    rmSync(join(dataDir, 'credentials.json'));
    await running(async (server) => {
      expect(await rowsOf(server)).toHaveLength(3);
      expect(await ask(server.url('analyst'), 'select 1 as one')).toEqual([{ one: 1 }]);
    });
  });
});

describe('refuses, saying why', () => {
  const start = (options: { port?: number; settings?: Record<string, string> }) =>
    startServer({ dataDir, ...options });

  test('a port that is taken', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
    });
    await expect(start({ port })).rejects.toThrow(PortInUse);
    await expect(start({ port })).rejects.toThrow(`Port ${port}`);
    await new Promise((resolve) => other.close(resolve));
  });

  test('settings that endanger the data, and settings that do not exist', async () => {
    await expect(start({ settings: { fsync: 'off' } })).rejects.toThrow(SettingRefused);
    await expect(start({ settings: { listen_addresses: '*' } })).rejects.toThrow("listen_addresses = '*'");
    const unknown = start({ settings: { shared_bufers: '1GB' } });
    await expect(unknown).rejects.toThrow(StartFailed);
    await expect(unknown).rejects.toThrow('unrecognized configuration parameter "shared_bufers"');
  });

  test('data of another major version, and leaves the folder as it was', async () => {
    const version = join(dataDir, 'pg', 'PG_VERSION');
    writeFileSync(version, '17\n');
    await expect(start({})).rejects.toThrow(DataVersionMismatch);
    await expect(start({})).rejects.toThrow('PostgreSQL 17');
    writeFileSync(version, '18\n');
    await running(async (server) => expect(await rowsOf(server)).toHaveLength(3));
  });

  test('nothing after a refusal: the folder is free again', async () => {
    expect(readdirSync(join(dataDir, 'lock'))).toEqual([]);
    expect(existsSync(join(dataDir, 'pg', 'postmaster.pid'))).toBe(false);
    expect(new DataFolderInUse(dataDir, 1, 'x').remedy).toContain('Stop that process');
  });
});
