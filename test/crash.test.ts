import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { loadCatalog } from '../engine/catalog/catalog.ts';
import { type Layout, layOut } from '../engine/postgres/deploy/plan.ts';
import { deleteDataFolder, existingHome } from '../engine/postgres/server/placement.ts';
import { clearLeftovers } from '../engine/postgres/server/postmaster.ts';
import { verifyView } from '../engine/postgres/verify.ts';
import { ledgerTrade, SYMBOLS } from './crash/market.ts';
import { seeded } from './property/history.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const KILLS = Number(process.env.TEST_KILLS ?? (process.env.CI === 'true' ? 50 : 6));
const VICTIM = fileURLToPath(new URL('./crash/victim.ts', import.meta.url));

type Line =
  | { readonly kind: 'server'; readonly postmaster: number }
  | { readonly kind: 'ready'; readonly url: string }
  | { readonly kind: 'stored'; readonly symbol: string; readonly before: number };

/** A process to be killed, and what it said. */
class Victim {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  postmaster = 0;
  stored = 0;
  /** How it ended by itself, if it did before it was told to. */
  complaint = '';
  readonly #ledger: Map<string, number>;
  #waiting: {
    readonly until: () => string | null;
    readonly resolve: (found: string) => void;
    readonly reject: (error: Error) => void;
  } | null = null;
  #url = '';

  constructor(dataDir: string, ledger: Map<string, number>) {
    this.#ledger = ledger;
    this.child = spawn(process.execPath, ['--import', 'tsx', VICTIM, dataDir], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child.stdin?.on('error', () => {}); // It may be dead by then.
    this.child.stderr?.on('data', (text: Buffer) => {
      this.complaint += text.toString();
    });
    if (this.child.stdout)
      createInterface({ input: this.child.stdout }).on('line', (line) =>
        this.#hear(JSON.parse(line) as Line),
      );
    this.ended = new Promise((resolve) => {
      this.child.once('close', () => {
        resolve();
        this.#waiting?.reject(new Error(`it ended before it was killed: ${this.complaint}`));
      });
    });
  }

  /** Resolves with the server up; what comes next is deployment and catching up. */
  untilServer(): Promise<string> {
    return this.#until(() => (this.postmaster > 0 ? String(this.postmaster) : null));
  }

  untilReady(): Promise<string> {
    return this.#until(() => this.#url || null);
  }

  untilStored(batches: number): Promise<string> {
    return this.#until(() => (this.stored >= batches ? String(this.stored) : null));
  }

  #until(until: () => string | null): Promise<string> {
    const found = until();
    if (found !== null) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      this.#waiting = { until, resolve, reject };
    });
  }

  #hear(line: Line): void {
    if (line.kind === 'server') this.postmaster = line.postmaster;
    if (line.kind === 'ready') this.#url = line.url;
    if (line.kind === 'stored') {
      this.stored++;
      this.#ledger.set(line.symbol, Math.max(line.before, this.#ledger.get(line.symbol) ?? 0));
    }
    const found = this.#waiting?.until() ?? null;
    if (found === null) return;
    this.#waiting?.resolve(found);
    this.#waiting = null;
  }
}

describe(`kill -9 of Node and of PostgreSQL, ${KILLS} times (SEED=${SEED})`, () => {
  const random = seeded(SEED);
  const ledger = new Map<string, number>();
  let folder: string;
  let layout: Layout;
  const victims: Victim[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tickwave-crash-'));
    layout = layOut(await loadCatalog('sql'));
  });

  afterAll(async () => {
    for (const victim of victims) victim.child.kill('SIGKILL');
    await Promise.all(victims.map((victim) => victim.ended));
    // The last one's database lives on, and would write into the folder while it is being deleted.
    const home = existingHome(join(folder, 'data'));
    if (home !== null) await clearLeftovers(join(home, 'pg'), join(folder, 'data'), () => {});
    deleteDataFolder(join(folder, 'data'));
    deleteDataFolder(folder);
  });

  function begin(): Victim {
    const victim = new Victim(join(folder, 'data'), ledger);
    victims.push(victim);
    return victim;
  }

  async function kill(victim: Victim): Promise<void> {
    // A moment of chance, so that the kill falls anywhere into a commit or a refresh.
    await new Promise((resolve) => setTimeout(resolve, random() * 40));
    if (random() < 0.5) victim.child.kill('SIGKILL');
    else process.kill(victim.postmaster, 'SIGKILL');
    await victim.ended;
  }

  /** Everything acknowledged is there, once and as it was sent, and every view is what its query gives. */
  async function verify(url: string): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query('set search_path = public, compat');
      for (const symbol of SYMBOLS) {
        const { rows } = await client.query<{
          id: number;
          ts: Date;
          price: string;
          quantity: string;
          side: string | null;
        }>(
          'select trade_id::int as id, ts, price::text, quantity::text, side from trades where symbol = $1 order by trade_id',
          [symbol],
        );
        expect(rows.length).toBeGreaterThanOrEqual(ledger.get(symbol) ?? 0);
        expect(rows.map((row) => ({ ...row, ts: row.ts.toISOString() }))).toEqual(
          rows.map((_, id) => ledgerTrade(id)),
        );
      }
      for (const view of layout.views) expect(await verifyView(client, layout, view.name)).toBeNull();
      const { rows } = await client.query(
        'select (select count(*) from trades) - coalesce(sum(trades), 0) as difference from candles_1m',
      );
      expect(rows).toEqual([{ difference: '0' }]);
    } finally {
      await client.end();
    }
  }

  test(
    'nothing stored is lost, nothing is counted twice, and the views are right after each',
    async () => {
      for (let killed = 0; killed < KILLS; killed++) {
        const victim = begin();
        await victim.untilServer();
        if (random() < 0.2) {
          await kill(victim);
          continue;
        }
        await verify(await victim.untilReady());
        victim.child.stdin?.write('go\n');
        await victim.untilStored(1 + Math.floor(random() * 60));
        await kill(victim);
      }
      await verify(await begin().untilReady());
      expect(ledger.size).toBeGreaterThan(0);
    },
    60_000 + KILLS * 30_000,
  );
});
