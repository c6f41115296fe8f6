import type { Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { Lease } from '../../engine/database/lease.ts';
import { said } from '../models/errors.ts';
import type { Partition } from './partition.ts';

export interface MembershipOptions {
  /** Connections as the owner of the database. */
  readonly pool: Pool;
  readonly clock: Clock;
  /** Tells this scorer from every other; never used again by another process. */
  readonly id: string;
  /** Told in words when the others cannot be seen. */
  readonly say: (sentence: string) => void;
}

/** Names in `leases` under which scorers say that they are there. */
export const MEMBER = 'tickwave scorer ';
/** Between two looks at who is there, in milliseconds. */
const LOOK_MS = 5_000;

/**
 * Which part of the markets a scorer takes, by who else scores at this moment: each has a lease of its own in the database, and all
 * put the same names into the same order. While that changes two may take a market, whose prediction is one row, or none, until it
 * is two minutes behind and anybody takes it.
 */
export class Membership {
  readonly #options: MembershipOptions;
  #lease: Lease | null = null;
  #partition: Partition | null = null;
  #failure: string | null = null;

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  /** Null while it is not known who else is there: then it takes everything. */
  get partition(): Partition | null {
    return this.#partition;
  }

  /** Says that this scorer is there and looks who else is, until the signal; then it leaves. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, say } = this.#options;
    while (!signal.aborted) {
      try {
        await this.look();
        this.#failure = null;
      } catch (error) {
        // Better the work of all than of nobody.
        this.#partition = null;
        const failure = said(error);
        if (failure !== this.#failure)
          say(`who else scores is not known, so all markets are scored: ${failure}`);
        this.#failure = failure;
      }
      await clock.sleep(LOOK_MS, signal);
    }
    await this.leave();
  }

  /** Joins if it is no member, and looks who else is. */
  async look(): Promise<void> {
    const { pool, clock, id } = this.#options;
    const name = MEMBER + id;
    if (this.#lease?.lost.aborted === true) await this.leave();
    this.#lease ??= await Lease.take({ pool, clock, name, owner: id });
    const { rows } = await pool.query<{ name: string }>('select name from leases where expires_at > $1', [
      new Date(clock.now()),
    ]);
    const members = new Set(rows.map((row) => row.name).filter((each) => each.startsWith(MEMBER)));
    const index = [...members].sort().indexOf(name);
    this.#partition = index < 0 ? null : { index, of: members.size };
  }

  /** Lets the others have its markets at their next look. */
  async leave(): Promise<void> {
    const lease = this.#lease;
    this.#lease = null;
    this.#partition = null;
    await lease?.release().catch(() => undefined);
  }
}
