import { setTimeout } from 'node:timers/promises';
import type pg from 'pg';
import { RISINGWAVE } from '../../engine/profile.ts';
import { connect } from '../../engine/risingwave/connection.ts';
import { late } from './late.ts';
import { load } from './load.ts';
import type { LandingRow } from './recording.ts';
import type { Sides } from './sides.ts';

/** Between two statements: a load, and not all of the machine. Each row of the writer is a minute more for every view. */
const READ_EACH_MS = 50;
const WRITE_EACH_MS = 500;

/** Readers by name and a writer, as users are, while names change. */
export class UnderLoad {
  readonly #sides: Sides;
  readonly #stopping = new AbortController();
  readonly #errors: string[] = [];
  readonly #written: LandingRow[] = [];
  #reads = 0;
  #next: number;
  #writing: Promise<void> = Promise.resolve();
  #paused = false;
  readonly #loops: Promise<void>[];

  /** @param first number of the first late trade that the writer may write */
  constructor(sides: Sides, views: readonly string[], first: number) {
    this.#sides = sides;
    this.#next = first;
    this.#loops = [
      ...views.map((view) =>
        this.#loop(`reader of ${view}`, READ_EACH_MS, (client) => this.#read(client, view)),
      ),
      this.#loop('writer', WRITE_EACH_MS, (client) => this.#write(client)),
    ];
  }

  /** What went wrong for them; and how often they read. */
  get errors(): readonly string[] {
    return this.#errors;
  }

  get reads(): number {
    return this.#reads;
  }

  /** Lets the embedded engine catch up with what was written; nobody writes until `resume`. */
  async pause(): Promise<void> {
    this.#paused = true;
    await this.#writing;
    await this.#sides.follow(this.#written.splice(0));
  }

  resume(): void {
    this.#paused = false;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#loops);
  }

  async #loop(who: string, paceMs: number, work: (client: pg.Client) => Promise<void>): Promise<void> {
    const client = await connect(this.#sides.database.url, `tickwave ${who}`);
    try {
      while (!this.#stopping.signal.aborted) {
        await work(client).catch((error: Error) => void this.#errors.push(`${who}: ${error.message}`));
        await setTimeout(paceMs);
      }
    } finally {
      await client.end();
    }
  }

  async #read(client: pg.Client, view: string): Promise<void> {
    const { rows } = await client.query<{ rows: string }>(`select count(*) as rows from ${view}`);
    this.#reads++;
    if (Number(rows[0]?.rows) === 0) throw new Error('it is empty');
  }

  async #write(client: pg.Client): Promise<void> {
    if (this.#paused) return;
    const row = late(this.#next++);
    this.#writing = load(client, RISINGWAVE, this.#sides.catalog, [row], () => 1).then(
      () => void this.#written.push(row),
    );
    await this.#writing;
  }
}
