import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Client } from '@elastic/elasticsearch';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { systemClock } from '../../engine/clock.ts';
import type { Indexer } from '../../jobs/indexing/indexer.ts';
import { startIndexing } from '../../jobs/indexing/indexing.ts';
import { Died, faultyPool } from '../../jobs/scoring/testing/faultyPool.ts';
import { seeded } from '../property/history.ts';
import { waitFor } from '../support/cli.ts';
import { ManualClock } from '../support/manualClock.ts';
import { describeWithElasticsearch } from './describe.ts';
import { faultyClient } from './faultyClient.ts';
import { DAY, documentsOf, emptyIndex, HOUR, IndexRig, NOW, RETENTION_DAYS } from './rig.ts';
import { writeAtRandom } from './writes.ts';

// SEED replays a run.
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6));
const ROUNDS = Number(process.env.TEST_ROUNDS ?? 2);
const KILLS = Number(process.env.TEST_KILLS ?? 2);
const never = new AbortController().signal;

// Processes start slowly on a busy machine.
jest.setTimeout(600_000);

let rig: IndexRig;
let stop: AbortController;

function advance(clock: ManualClock, ms: number): void {
  void clock.sleep(ms);
  clock.wakeNext();
}

describeWithElasticsearch(`the monitoring index (SEED=${SEED})`, (node) => {
  let client: Client;
  beforeEach(async () => {
    client = node().client;
    await emptyIndex(client);
    rig = await IndexRig.open();
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await rig.close();
  });

  /** One pass of an indexer that gives its lock back; what a test made it die of is no error. */
  async function passOnce(indexer: Indexer): Promise<boolean> {
    try {
      // The database notices a moment later that the one before has gone, and its lock with it.
      await waitFor('the lock', () => indexer.pass(never));
      return true;
    } catch (error) {
      if (error instanceof Died || (error as Error).cause instanceof Died) return false;
      throw error;
    } finally {
      await indexer.close();
    }
  }

  test('equals the tables after any history of writes and deaths', async () => {
    const clock = new ManualClock(NOW);
    let deaths = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const random = seeded(SEED + round);
      for (let step = 0; step < 8; step++) {
        await writeAtRandom(rig.pool, random);
        advance(clock, 1_000);
        const moment = random() < 0.5 ? 'before' : 'after';
        const pool = random() < 0.5 ? faultyPool(rig.pool, Math.floor(random() * 60), moment) : rig.pool;
        const broken = random() < 0.5 ? faultyClient(client, Math.floor(random() * 5), moment) : client;
        if (!(await passOnce(rig.indexer(broken, clock, pool)))) deaths++;
      }
      advance(clock, 1_000);
      await passOnce(rig.indexer(client, clock));
      await rig.expectEqual(client);
    }
    expect(deaths).toBeGreaterThan(0);
    expect(await rig.count('dead_letters')).toBe(0);
  });

  test('one that goes on finds new rows at once, and corrections of old ones when it looks further back', async () => {
    const clock = new ManualClock(NOW);
    const random = seeded(SEED);
    const indexer = rig.indexer(client, clock);
    for (let step = 0; step < 6; step++) {
      await writeAtRandom(rig.pool, random);
      await rig.predict('fresh', NOW, step + 1);
      await indexer.pass(never);
      const fresh = (await documentsOf(client, 'predictions')).filter(({ model }) => model === 'fresh');
      expect(fresh.length).toBe(step + 1);
    }
    advance(clock, HOUR);
    await indexer.pass(never);
    await rig.expectEqual(client);
    await indexer.close();
  });

  test('sends what has changed and nothing else, also after a restart', async () => {
    const clock = new ManualClock(NOW);
    await rig.predict('return-5m', NOW, 500);
    const first = rig.indexer(client, clock);
    expect(await first.pass(never)).toMatchObject({ written: 500, deleted: 0 });
    expect(await first.pass(never)).toMatchObject({ written: 0, deleted: 0 });
    await first.close();
    advance(clock, 1_000);
    await rig.predict('return-5m', NOW, 501);
    await rig.pool.query('update predictions set late = true where window_start = $1', [new Date(NOW)]);
    await rig.pool.query('delete from predictions where window_start = $1', [new Date(NOW - 60_000)]);
    const second = rig.indexer(client, clock);
    expect(await second.pass(never)).toEqual({ written: 2, deleted: 1, rejected: 0 });
    await rig.expectEqual(client);
    await second.close();
  });

  test('only one indexes a database at a time', async () => {
    const clock = new ManualClock(NOW);
    const [one, other] = [rig.indexer(client, clock), rig.indexer(client, clock)];
    expect(await one.pass(never)).not.toBeNull();
    expect(await other.pass(never)).toBeNull();
    await one.close();
    await waitFor('the lock', () => other.pass(never));
    await other.close();
  });

  test(`kill -9 in the middle, ${KILLS} times: every document once`, async () => {
    const random = seeded(SEED);
    await rig.predict('return-5m', NOW, 6_000);
    const program = fileURLToPath(new URL('./victim.ts', import.meta.url));
    for (let kill = 0; kill < KILLS; kill++) {
      const child: ChildProcess = spawn(
        process.execPath,
        ['--import', 'tsx', program, rig.database.url, node().url],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const ended = once(child, 'close');
      const goal = (await documentsOf(client, 'predictions')).length + 1 + Math.floor(random() * 2_000);
      await waitFor('some progress', async () => (await documentsOf(client, 'predictions')).length >= goal);
      child.kill('SIGKILL');
      await rig.pool.query('update predictions set late = true where random() < 0.02');
      await ended;
    }
    await passOnce(rig.indexer(client, systemClock));
    await rig.expectEqual(client);
  });

  test('Elasticsearch away for a while, and killed in the middle: nothing is lost', async () => {
    const said: string[] = [];
    const indexing = startIndexing({
      ...{ pool: rig.pool, client, url: node().url, clock: systemClock, retentionDays: RETENTION_DAYS },
      ...{ pollMs: 20, say: (sentence: string) => said.push(sentence) },
    });
    const running = indexing.run(stop.signal);
    await rig.predict('return-5m', NOW, 3_000);
    await waitFor('some progress', async () => indexing.status().written > 0);
    await node().kill();
    await rig.predict('return-15m', NOW + DAY, 2_000);
    await waitFor('trouble', async () => indexing.status().state === 'failing');
    expect(said[0]).toMatch(
      /^the monitoring index is not written: Elasticsearch \(http:.*\) takes nothing: .*is tried again/,
    );
    await node().run();
    await waitFor('all of it', async () => {
      const { state } = indexing.status();
      return state === 'indexing' && (await documentsOf(client, 'predictions')).length === 5_000;
    });
    expect(said.at(-1)).toBe('the monitoring index is written again');
    stop.abort();
    await running;
    expect(indexing.status().state).toBe('stopped');
    await rig.expectEqual(client);
  });

  test('an index that was deleted, or has too much, is put right', async () => {
    const clock = new ManualClock(NOW);
    await rig.predict('return-5m', NOW, 2_000);
    await passOnce(rig.indexer(client, clock));
    const [first] = await client.cat.indices({ index: 'tickwave-predictions-*', h: 'index', format: 'json' });
    await client.indices.delete({ index: first?.index ?? '' });
    advance(clock, 1_000);
    await passOnce(rig.indexer(client, clock));
    await rig.expectEqual(client);
    const left = { '@timestamp': new Date(NOW).toISOString(), model: 'nobody', row_hash: '1' };
    const index = `${first?.index?.slice(0, -10)}2026.11.21`;
    advance(clock, 1_000);
    await client.index({ index, id: 'left over', document: left, refresh: true });
    await passOnce(rig.indexer(client, clock));
    await rig.expectEqual(client);
  });

  test('a document that is refused goes to dead_letters and holds up nobody', async () => {
    const clock = new ManualClock(NOW);
    await rig.predict('return-5m', NOW, 100);
    // Beyond what a time of nanoseconds can say.
    await rig.pool.query("update predictions set made_at = '2500-01-01' where window_start = $1", [
      new Date(NOW),
    ]);
    const indexer = rig.indexer(client, clock);
    expect(await indexer.pass(never)).toEqual({ written: 99, deleted: 0, rejected: 1 });
    expect(await indexer.pass(never)).toEqual({ written: 0, deleted: 0, rejected: 0 });
    await indexer.close();
    const { rows } = await rig.pool.query(
      "select place, reason, raw_base64 from dead_letters where source = 'index'",
    );
    expect(rows).toHaveLength(1);
    expect(rows[0].place).toContain('BTC%2FUSD');
    expect(rows[0].reason).toMatch(/document_parsing_exception: .*\[made_at\]/);
    expect(Buffer.from(rows[0].raw_base64, 'base64').toString()).toContain('2500-01-01');
    // Mended, it is taken.
    advance(clock, 1_000);
    await rig.pool.query("update predictions set made_at = '2026-11-21' where window_start = $1", [
      new Date(NOW),
    ]);
    await passOnce(rig.indexer(client, clock));
    await rig.expectEqual(client);
  });

  test('what is older than the retention is deleted by index, and not indexed again', async () => {
    const clock = new ManualClock(NOW);
    await rig.predict('old', NOW - 5 * DAY, 60);
    await passOnce(rig.indexer(client, clock));
    expect(await documentsOf(client, 'predictions')).toHaveLength(60);
    await rig.predict('new', NOW + RETENTION_DAYS * DAY, 60);
    // Of a time to come: it must not make the others old.
    await rig.predict('far', NOW + 900 * DAY, 1);
    advance(clock, RETENTION_DAYS * DAY);
    for (let pass = 0; pass < 2; pass++) {
      advance(clock, 1_000);
      await passOnce(rig.indexer(client, clock));
      const models = new Set((await documentsOf(client, 'predictions')).map(({ model }) => model));
      expect([...models].sort()).toEqual(['far', 'new']);
    }
  });

  test('another column makes another index, and the old one goes', async () => {
    const clock = new ManualClock(NOW);
    await rig.predict('return-5m', NOW, 10);
    await passOnce(rig.indexer(client, clock));
    await rig.pool.query(
      "alter table predictions add column note varchar; update predictions set note = 'x'",
    );
    await passOnce(rig.indexer(client, clock));
    await rig.expectEqual(client);
    const { count } = await client.count({
      index: 'tickwave-predictions-*',
      query: { exists: { field: 'note' } },
    });
    expect(count).toBe(10);
  });
});
