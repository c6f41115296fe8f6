import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { seeded } from '../../../test/property/history.ts';
import { waitFor } from '../../../test/support/cli.ts';
import type { DeploymentState, Wanted } from '../../versions/deployment.ts';
import { otherFiles, publishedFiles } from '../../versions/deployment.ts';
import { filesOf } from '../../versions/files.ts';
import { planChanges } from '../../versions/plan.ts';
import { deleteDataFolder } from '../server/placement.ts';
import { verifyView } from '../verify.ts';
import { addDeployment, findDeployment, setAudited, want } from './deployments.ts';
import { Gate, type GateStep } from './testing/gate.ts';
import { marked } from './testing/marked.ts';
import { BY, type Changes, catalogWith } from './testing/places.ts';
import { layoutOf } from './worker.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const VICTIM = fileURLToPath(new URL('./testing/victim.ts', import.meta.url));
const [OLD, NEW] = [marked(1), marked(2)];

/** A process with server and engine, and a session on it. */
interface Life {
  readonly child: ChildProcess;
  readonly postmaster: number;
  readonly url: string;
  readonly client: pg.Client;
}

describe(`kill -9 of the engine and of PostgreSQL at each step of a version (SEED=${SEED})`, () => {
  const random = seeded(SEED);
  const children: ChildProcess[] = [];
  let folder: string;
  let life: Life;
  let written = 0;
  let id = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tickwave-versions-'));
    life = await begin(OLD);
  });

  afterAll(async () => {
    await life?.client.end().catch(() => undefined);
    for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
    deleteDataFolder(join(folder, 'data'));
    deleteDataFolder(folder);
  });

  async function begin(sql: Changes): Promise<Life> {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', VICTIM, join(folder, 'data'), JSON.stringify(sql)],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    children.push(child);
    let complaint = '';
    child.stderr?.on('data', (text: Buffer) => {
      complaint += text.toString();
    });
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    const line = await Promise.race([
      once(lines, 'line').then(([text]) => text as string),
      once(child, 'close').then(() => Promise.reject(new Error(`it ended by itself: ${complaint}`))),
    ]);
    const said = JSON.parse(line) as { url: string; postmaster: number };
    const client = new pg.Client({ connectionString: said.url });
    client.on('error', () => {}); // Its server is killed.
    await client.connect();
    await client.query("set timezone = 'UTC'; set search_path = public, compat");
    return { child, ...said, client };
  }

  async function kill(): Promise<void> {
    const closed = once(life.child, 'close');
    if (random() < 0.5) life.child.kill('SIGKILL');
    else process.kill(life.postmaster, 'SIGKILL');
    await closed;
    await life.client.end().catch(() => undefined);
  }

  /** Ticks that the engine may not have seen yet when it dies; some of them late, some taken away. */
  async function write(count: number): Promise<void> {
    await life.client.query(
      `insert into ticks (place, id, at, price)
       select 'place ' || n % 3, n, '2026-01-01 00:00:00+00'::timestamptz + (n - n % 10 * 9) * interval '7 seconds', n % 17
       from generate_series($1::int, $2::int) as n`,
      [written, written + count - 1],
    );
    await life.client.query('delete from ticks where id between $1::int and $1::int + 10', [written / 2]);
    await life.client.query("insert into ticks values ('passing', $1, '2026-01-01 12:00:00+00', 1)", [
      written,
    ]);
    written += count;
  }

  async function until(state: DeploymentState): Promise<void> {
    await waitFor(`the version to be ${state}`, async () => {
      const deployment = await findDeployment(life.client, id);
      if (deployment?.state === 'failed') throw new Error(deployment.message ?? 'failed');
      return deployment?.state === state && deployment.wanted === null;
    });
  }

  /** Every stored view of both versions comes to be what its query gives, and names stand for the right one. */
  async function right(factor: number): Promise<void> {
    const deployment = await findDeployment(life.client, id);
    if (deployment === null) throw new Error('no version');
    const alone = deployment.state === 'cleaned' || deployment.state === 'building';
    const layout = layoutOf(publishedFiles(deployment), alone ? null : otherFiles(deployment));
    expect(layout.sides.size).toBe(alone ? 0 : 2);
    await waitFor(`every view to be right after ${written} ticks`, async () => {
      for (const { name } of layout.views)
        if ((await verifyView(life.client, layout, name)) !== null) return false;
      return true;
    });
    const { rows } = await life.client.query(
      'select (select string_agg(distinct factor::text, $1) from minutes) as minutes, (select string_agg(distinct factor::text, $1) from latest) as latest',
      [','],
    );
    expect(rows).toEqual([{ minutes: String(factor), latest: String(factor) }]);
  }

  /** Kills while the transaction of a step is all but committed; the next life takes it on its own, and is right. */
  async function killAt(step: GateStep, ask: () => Promise<void>): Promise<void> {
    const gate = await Gate.close(life.url, step);
    await ask();
    await gate.untilReached();
    await write(40);
    await kill();
    await gate.open();
    life = await begin(OLD);
    // A partition that the dead engine had noted, or not, is gone before the build comes to it.
    await life.client.query("delete from ticks where place = 'passing'");
  }

  const asks = (wanted: Wanted) => () => want(life.client, id, wanted, 'test');

  test('while a part is built: nothing of the part is there, and the build goes on', async () => {
    await write(12_000);
    await killAt('part', async () => {
      const [before, after] = [catalogWith(OLD), catalogWith(NEW)];
      const files = { old: filesOf(before), new: filesOf(after) };
      id = await addDeployment(life.client, BY, planChanges({ before, after }), files);
    });
    await until('built');
    await right(1);
  });

  test('in the transaction in which names change: they had not, and then all do', async () => {
    await setAudited(life.client, id, 'test');
    await killAt('promoted', asks('promote'));
    await until('promoted');
    await right(2);
  });

  test('in the transaction in which they change back', async () => {
    await killAt('rolled_back', asks('rollback'));
    await until('rolled_back');
    await right(1);
  });

  test('while the old version is dropped: it is dropped in the next life', async () => {
    await want(life.client, id, 'promote', 'test');
    await until('promoted');
    await killAt('cleaned', asks('cleanup'));
    await until('cleaned');
    await right(2);
    const { rows } = await life.client.query(
      "select count(*)::int as tables from pg_tables where schemaname = 'store'",
    );
    expect(rows).toEqual([{ tables: 3 }]);
  });
});
