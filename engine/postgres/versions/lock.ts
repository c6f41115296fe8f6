import type { ClientBase } from 'pg';
import { DeploymentBusy, type Owner } from '../../versions/deployment.ts';
import { describeHolder } from '../../versions/versions.ts';

/** An owner that has not said anything for so long is gone. */
const SILENT_S = 30;

interface Held extends Owner {
  readonly verb: string;
  readonly since: Date;
  readonly silent: number;
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
   * @throws DeploymentBusy with who has it, since when
   */
  static async take(
    client: ClientBase,
    by: Owner,
    verb: string,
    isAlive: (pid: number) => boolean,
  ): Promise<VersionLock> {
    const { rows } = await client.query<Held>(
      'select owner, host, pid, verb, taken_at as since, extract(epoch from now() - seen_at)::float8 as silent from engine.version_lock',
    );
    const held = rows[0];
    const dead =
      held !== undefined && (held.silent > SILENT_S || (held.host === by.host && !isAlive(held.pid)));
    if (dead)
      await client.query('delete from engine.version_lock where host = $1 and pid = $2', [
        held.host,
        held.pid,
      ]);
    const taken = await client.query(
      'insert into engine.version_lock (owner, host, pid, verb) values ($1, $2, $3, $4) on conflict do nothing',
      [by.owner, by.host, by.pid, verb],
    );
    if (taken.rowCount === 1) return new VersionLock(client, by);
    throw new DeploymentBusy(held ? describeHolder(held, held) : 'somebody else has just begun; try again');
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
