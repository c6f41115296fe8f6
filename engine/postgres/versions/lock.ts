import type { ClientBase } from 'pg';
import { DeploymentBusy, type Owner } from '../../versions/deployment.ts';
import { describeHolder, type Holder } from '../../versions/holder.ts';

/** An owner that has not said anything for so long is gone. */
const SILENT_MS = 30_000;

/** Who has the lock; null when nobody has, or no table is there for it yet. */
export async function readHolder(client: ClientBase): Promise<Holder | null> {
  const { rows: known } = await client.query<{ there: boolean }>(
    "select to_regclass('engine.version_lock') is not null as there",
  );
  if (known[0]?.there !== true) return null;
  const { rows } = await client.query<Holder>(
    `select owner, host, pid, verb, taken_at as since, (extract(epoch from now() - taken_at) * 1000)::float8 as "heldMs",
       (extract(epoch from now() - seen_at) * 1000)::float8 as "silentMs" from engine.version_lock`,
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
    const held = await readHolder(client);
    if (held !== null && isGone(held, by, isAlive))
      await client.query('delete from engine.version_lock where host = $1 and pid = $2', [
        held.host,
        held.pid,
      ]);
    const taken = await client.query(
      'insert into engine.version_lock (owner, host, pid, verb) values ($1, $2, $3, $4) on conflict do nothing',
      [by.owner, by.host, by.pid, verb],
    );
    if (taken.rowCount === 1) return new VersionLock(client, by);
    const other = await readHolder(client);
    throw new DeploymentBusy(
      other ? `${describeHolder(other)}; wait until it has ended` : 'somebody else has just ended; try again',
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

/** It is silent, or its process on this machine has ended. */
function isGone({ silentMs, host, pid }: Holder, by: Owner, isAlive: (pid: number) => boolean): boolean {
  return (silentMs ?? 0) > SILENT_MS || (host === by.host && !isAlive(pid));
}
