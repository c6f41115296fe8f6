import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findDeployment } from '../../engine/postgres/versions/deployments.ts';
import { Gate } from '../../engine/postgres/versions/testing/gate.ts';
import { marked } from '../../engine/postgres/versions/testing/marked.ts';
import { Bench, catalogWith, FILES } from '../../engine/postgres/versions/testing/places.ts';
import { type Cli, type Workplace, waitFor, workplace } from '../../test/support/cli.ts';

// The engine runs here; each person is a process of the real command, on a data folder of their own.
let bench: Bench;
let sql: string;
let people: Workplace[];

beforeAll(async () => {
  bench = await Bench.make();
  await bench.open(catalogWith(marked(1)));
  await bench.write(1, 3000);
  sql = mkdtempSync(join(tmpdir(), 'tickwave-sql-'));
  for (const folder of ['layer', 'tests']) mkdirSync(join(sql, folder));
  for (const [name, text] of Object.entries({ ...FILES, ...marked(2) }))
    writeFileSync(join(sql, 'layer', `${name}.sql`), text ?? '');
  people = [1, 2, 3].map(() => workplace({ DATABASE_URL: bench.database.url, SQL_DIR: sql }));
});

afterAll(async () => {
  await Promise.all(people.map((person) => person.remove()));
  await bench.remove();
  rmSync(sql, { recursive: true });
});

function person(index: number): Workplace {
  const found = people[index];
  if (found === undefined) throw new RangeError(`person ${index}`);
  return found;
}

const heldBy = (verb: string, pid: number): string =>
  `${userInfo().username}@${hostname()} (process ${pid}) runs \`tickwave ${verb}\` since 20`;

test('Ctrl-C takes a build back', async () => {
  const gate = await Gate.close(bench.database.url, 'part');
  const ann = person(0).spawn(['apply']);
  await gate.untilReached();
  ann.signal('SIGINT');
  await waitFor('a word', async () => ann.stderr().includes('stopping'));
  await gate.open();
  const { code, stderr } = await ann.ended;
  expect([code, stderr]).toEqual([
    130,
    expect.stringContaining('version 1 is cancelled; nothing of it is left'),
  ]);
  expect((await findDeployment(bench.client, 1))?.state).toBe('cancelled');
  expect(await bench.differences()).toEqual([]);
  expect(
    await bench.rows("select count(*)::int as tables from pg_tables where schemaname = 'store'"),
  ).toEqual([{ tables: 3 }]);
});

let gate: Gate;
let ann: Cli;

test('the second of two people is told who is at it, and since when', async () => {
  gate = await Gate.close(bench.database.url, 'part');
  ann = person(0).spawn(['apply']);
  await gate.untilReached();
  const [bob, cat] = await Promise.all([person(1).run('promote'), person(2).run('apply')]);
  for (const { code, stderr } of [bob, cat])
    expect([code, stderr]).toEqual([3, expect.stringContaining(heldBy('apply', ann.pid))]);
});

test('who was killed has let go: the next one goes on with the build', async () => {
  ann.signal('SIGKILL');
  await ann.ended;
  const after = person(2).spawn(['apply']);
  await waitFor('a word', async () => after.stderr().includes('going on with version 2, which is building'));
  await gate.open();
  const { code, stderr } = await after.ended;
  expect([code, stderr]).toEqual([0, expect.stringContaining('version 2 is built and kept up to date')]);
  expect(await bench.differences()).toEqual([]);
  expect(bench.engine?.layout.sides.size).toBe(2);
});

test('a promotion goes on when the one who asked for it is killed, and the next one may take it back', async () => {
  const gate = await Gate.close(bench.database.url, 'promoted');
  const bob = person(1).spawn(['promote']);
  await gate.untilReached();
  bob.signal('SIGKILL');
  await bob.ended;
  await gate.open();
  await waitFor('the names', async () => (await findDeployment(bench.client, 2))?.state === 'promoted');
  expect(await bench.rows('select distinct factor from latest')).toEqual([{ factor: 2 }]);

  const { code, stderr } = await person(2).run('rollback');
  expect([code, stderr]).toEqual([0, expect.stringContaining('has the names again')]);
  expect(await bench.rows('select distinct factor from latest')).toEqual([{ factor: 1 }]);
  expect(await bench.differences()).toEqual([]);
  expect(await bench.rows('select * from engine.version_lock')).toEqual([]);
});
