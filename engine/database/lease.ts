import type { Pool } from 'pg';
import type { Clock } from '../clock.ts';
import { engineOf } from './engineOf.ts';
import type { Hold } from './hold.ts';
import { flush, writeRows } from './writeRows.ts';

export interface LeaseOptions {
  readonly pool: Pool;
  /** What is done. */
  readonly name: string;
  readonly clock: Clock;
  /** Tells this holder from every other. */
  readonly owner: string;
  /** Whether a holder can't come back: its term is taken over before it ends. */
  readonly isDead?: (owner: string) => boolean;
}

/** How long a term is, in milliseconds: so long nobody takes over what a process that died had. */
export const TERM_MS = 30_000;
const RENEW_MS = TERM_MS / 3;

interface Term {
  readonly term: string;
  readonly owner: string;
  readonly expires_at: Date;
}

/**
 * A hold of those who have no locks: terms of a name in the table `leases`, of which the first row of a key stays. Whoever wants a
 * term writes it and reads back who has it, so two can never have the same one.
 */
export class Lease implements Hold {
  readonly #options: LeaseOptions;
  readonly #lost = new AbortController();
  readonly #released = new AbortController();
  readonly #renewing: Promise<void>;
  #term: number;

  private constructor(options: LeaseOptions, term: number) {
    this.#options = options;
    this.#term = term;
    this.#renewing = this.#renew(options.clock.now() + TERM_MS);
  }

  /** Takes the name's next term; null while another has it. */
  static async take(options: LeaseOptions): Promise<Lease | null> {
    const { pool, name, clock, isDead = () => false } = options;
    const { rows } = await pool.query<Term>(
      'select term, owner, expires_at from leases where name = $1 order by term desc limit 1',
      [name],
    );
    const [last] = rows;
    const held = last !== undefined && last.expires_at.getTime() > clock.now();
    if (held && !isDead(last.owner)) return null;
    const term = Number(last?.term ?? 0) + 1;
    return (await claim(options, term, clock.now() + TERM_MS)) ? new Lease(options, term) : null;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Lets others have the name at once. */
  async release(): Promise<void> {
    this.#released.abort();
    await this.#renewing;
    if (!this.#lost.signal.aborted) await claim(this.#options, this.#term + 1, this.#options.clock.now());
  }

  async #renew(until: number): Promise<void> {
    const { clock } = this.#options;
    for (let end = until; await clock.sleep(RENEW_MS, this.#released.signal); ) {
      if (this.#released.signal.aborted) return;
      const next = clock.now() + TERM_MS;
      // A database that is away may be back before the term ends.
      const mine = await claim(this.#options, this.#term + 1, next).catch(() => null);
      if (mine === true) {
        this.#term++;
        end = next;
      } else if (mine === false || clock.now() >= end) {
        this.#lost.abort();
        return;
      }
    }
  }
}

/** Writes a term and reads back who has it. */
async function claim({ pool, name, owner }: LeaseOptions, term: number, until: number): Promise<boolean> {
  const profile = await engineOf(pool);
  await writeRows(pool, profile, 'leases', [
    { name, term, owner, expires_at: new Date(until).toISOString() },
  ]);
  await flush(pool, profile);
  const { rows } = await pool.query<{ owner: string }>(
    'select owner from leases where name = $1 and term = $2',
    [name, term],
  );
  if (rows[0]?.owner !== owner) return false;
  // The terms before are of no use to anyone; the newest is never deleted, so no number comes twice.
  await pool.query('delete from leases where name = $1 and term < $2', [name, term]);
  return true;
}
