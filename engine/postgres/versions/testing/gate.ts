import pg from 'pg';
import { waitFor } from '../../../../test/support/cli.ts';

/** What a gate stands before: the commit of a further part of a build, or of a state. */
export type GateStep = 'part' | 'built' | 'promoted' | 'rolled_back' | 'cleaned';

const KEY = 815;

/** A trigger of the test's own: it makes the transaction wait that is about to take a version to a step. */
const TRIGGER = `
  create schema if not exists gate;
  create table if not exists gate.closed (step text);
  create or replace function gate.wait() returns trigger language plpgsql as $wait$
  declare
    taken text := case when new.state <> old.state then new.state when old.progress is distinct from new.progress and old.progress is not null then 'part' end;
  begin
    if exists (select from gate.closed where closed.step = taken) then
      perform set_config('lock_timeout', '0', true);
      perform pg_advisory_xact_lock_shared(${KEY});
    end if;
    return new;
  end
  $wait$;
  create or replace trigger gate before update on engine.deployments for each row execute function gate.wait();`;

/** Keeps an engine within the transaction of one step until it is opened. */
export class Gate {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async close(url: string, step: GateStep): Promise<Gate> {
    const client = new pg.Client({ connectionString: url, application_name: 'gate' });
    client.on('error', () => {}); // Its server is killed too.
    await client.connect();
    await client.query(`select pg_advisory_lock(${KEY})`);
    await client.query(TRIGGER);
    await client.query('delete from gate.closed');
    await client.query('insert into gate.closed values ($1)', [step]);
    return new Gate(client);
  }

  /** Resolves once somebody waits before it: everything of that step is done but the commit. */
  async untilReached(): Promise<void> {
    await waitFor('somebody at the gate', async () => {
      const { rows } = await this.#client.query<{ waiting: boolean }>(
        `select exists (select from pg_locks where locktype = 'advisory' and objid = ${KEY} and not granted) as waiting`,
      );
      return rows[0]?.waiting ?? false;
    });
  }

  /** Lets everybody pass, now and later; also when its server is dead. */
  async open(): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }
}
