import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { startServer } from '../server.ts';
import { findBinaries, locatePackage } from './binaries.ts';
import { ask, deleteFolders, hold, newFolder } from './fixtures/harness.ts';
import { canEnter, databaseIdentity } from './identity.ts';
import { stateRoot } from './placement.ts';

const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? describe : describe.skip;
if (!isRoot) console.warn('SKIPPED the tests of running as root, and of users beside it: this is not root');

afterAll(deleteFolders);

asRoot('as root', () => {
  const identity = databaseIdentity();

  test('the database runs as a system user', () => {
    expect(identity).not.toBeNull();
    expect(identity?.uid).toBeGreaterThan(0);
  });

  test('in a folder that this user cannot enter, the database is placed where it can, and found again', async () => {
    const closed = newFolder();
    expect(statSync(closed).mode & 0o777).toBe(0o700);
    const dataDir = join(closed, 'data');
    const said: string[] = [];
    const first = await startServer({ dataDir, onLog: (line) => said.push(line) });
    expect(first.databaseDir.startsWith(`${closed}/`)).toBe(false);
    expect(said.join('\n')).toContain(dirname(first.databaseDir));
    expect(readFileSync(join(dataDir, 'database.location'), 'utf8').trim()).toBe(dirname(first.databaseDir));
    await ask(first.url(), 'create table survivors (id int)');
    await first.stop();

    const second = await startServer({ dataDir });
    expect(second.databaseDir).toBe(first.databaseDir);
    expect(await ask(second.url(), 'select * from survivors')).toEqual([]);
    await second.stop();

    // Copied, the data folder must not share the database; moved, it takes it along.
    cpSync(dataDir, join(closed, 'copy'), { recursive: true });
    await expect(startServer({ dataDir: join(closed, 'copy') })).rejects.toThrow('belongs to');
    renameSync(dataDir, join(closed, 'moved'));
    const moved = await startServer({ dataDir: join(closed, 'moved') });
    expect(moved.databaseDir).toBe(first.databaseDir);
    await moved.stop();
    renameSync(join(closed, 'moved'), dataDir);
    const back = await startServer({ dataDir });
    await back.stop();
  });

  test('binaries that this user cannot reach are completed and copied once', () => {
    const closed = newFolder();
    const native = join(closed, 'package', 'native');
    mkdirSync(join(closed, 'package'));
    cpSync(locatePackage().native, native, { recursive: true, verbatimSymlinks: true });
    rmSync(join(native, 'lib', 'libpq.so.5'));
    const version = `0-test-${process.pid}`;
    const copy = join(stateRoot(identity ?? never()), `postgresql-${version}`);
    try {
      const binaries = findBinaries(identity, { native, version });
      expect(binaries.postgres.startsWith(copy)).toBe(true);
      expect(binaries.major).toBe('18');
      const made = statSync(copy).ino;
      findBinaries(identity, { native, version });
      expect(statSync(copy).ino).toBe(made);
      // Damaged, it is made again.
      rmSync(join(copy, 'native', 'bin', 'initdb'));
      expect(existsSync(findBinaries(identity, { native, version }).initdb)).toBe(true);
      expect(readdirSync(dirname(copy)).filter((name) => name.startsWith(`postgresql-${version}.`))).toEqual(
        [],
      );
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });

  test('a normal user runs it in place', async () => {
    const open = newFolder();
    chmodSync(open, 0o777);
    const nobody = { name: 'nobody', uid: 65534, gid: 65534 };
    if (!canEnter(dirname(process.execPath), nobody) || !canEnter(import.meta.dirname, nobody)) {
      console.warn(
        'SKIPPED running as a normal user: Node or this clone is in a folder that nobody can enter',
      );
      return;
    }
    const dataDir = join(open, 'data');
    const held = await hold(dataDir, [
      'setpriv',
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      'env',
      '-u',
      'HOME',
    ]);
    if ('error' in held.answer) throw new Error(held.answer.message);
    expect(held.answer.databaseDir).toBe(join(dataDir, 'pg'));
    expect(await ask(held.answer.url, 'select current_user as me')).toEqual([{ me: 'tickwave' }]);
    expect(statSync(join(dataDir, 'pg')).uid).toBe(65534);
    held.child.kill('SIGTERM');
    await held.ended;

    // Root then keeps to the owner that the data has.
    const server = await startServer({ dataDir });
    expect(statSync(join(server.databaseDir, 'postmaster.pid')).uid).toBe(65534);
    await server.stop();
  });
});

function never(): never {
  throw new Error('as root there is an identity');
}
