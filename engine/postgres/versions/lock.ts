import type { ClientBase } from 'pg';
import { DeploymentBusy, type Owner } from '../../versions/deployment.ts';
import { describeHolder } from '../../versions/versions.ts';

/** An owner that has not said anything for so long is gone. */
const SILENT_S = 30;

interface Held extends Owner {
  readonly verb: string;
  readonly since: Date;
  /** Seconds since its owner was heard of. */
  readonly silent: number;
}

async function readHeld(client: ClientBase): Promise<Held | null> {
  const { rows } = await client.query<Held>(
    'select owner, host, pid, verb, taken_at as since, extract(epoch from now() - seen_at)::float8 as silent from engine.version_lock',
  );
  return rows[0] ?? null;
}

/** Who changes versions now. One at a time, so that two people who apply at once hear of each other. */
export class VersionLock {
  readonly #client: ClientBase;
  readonly #by: Owner;

  private constructor(client: ClientBase, by: Owner) {
    this.#client = client;
    this.#by = by;
  }

  /**
   * Takes the lock, also from an owner that is dead: one that is silent, or whose process on this machine has ended.
   *
   * @param client for the lock alone: what keeps it busy would make its owner look dead
   * @throws DeploymentBusy with who has it, since when
   */
  static async take(
    client: ClientBase,
    by: Owner,
    verb: string,
    isAlive: (pid: number) => boolean,
  ): Promise<VersionLock> {
    const held = await readHeld(client);
    if (held !== null && (held.silent > SILENT_S || (held.host === by.host && !isAlive(held.pid))))
      await client.query('delete from engine.version_lock where host = $1 and pid = $2', [
        held.host,
        held.pid,
      ]);
    const taken = await client.query(
      'insert into engine.version_lock (owner, host, pid, verb) values ($1, $2, $3, $4) on conflict do nothing',
      [by.owner, by.host, by.pid, verb],
    );
    if (taken.rowCount === 1) return new VersionLock(client, by);
    const other = await readHeld(client);
    throw new DeploymentBusy(
      other ? describeHolder(other, other) : 'somebody else has just ended; try again',
    );
  }

  /** Says that its owner is there still. */
  async hold(): Promise<void> {
    const { host, pid } = this.#by;
    await this.#client.query('update engine.version_lock set seen_at = now() where host = $1 and pid = $2', [
      host,
      pid,
    ]);
  }

  async release(): Promise<void> {
    const { host, pid } = this.#by;
    await this.#client.query('delete from engine.version_lock where host = $1 and pid = $2', [host, pid]);
  }
}
