import { fork } from 'node:child_process';
import { once } from 'node:events';
import { hostname, userInfo } from 'node:os';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { verifyView } from '../../engine/postgres/verify.ts';
import { PostgresVersions } from '../../engine/postgres/versions/postgresVersions.ts';
import { layoutOf } from '../../engine/postgres/versions/worker.ts';
import type { Deployment, DeploymentState, Files, Wanted } from '../../engine/versions/deployment.ts';
import { otherFiles, publishedFiles } from '../../engine/versions/deployment.ts';
import { catalogOf, filesOf } from '../../engine/versions/files.ts';
import { type Plan, planChanges } from '../../engine/versions/plan.ts';
import { runViewTests } from '../../engine/viewTests.ts';
import { round } from '../latency.ts';
import type { Asked, Told } from './asking.ts';

const BY = { owner: userInfo().username, host: hostname(), pid: process.pid };

/** Has something thought out in a process of its own, as the command does, so that engine and writer are not kept waiting. */
export async function apart(asked: Asked): Promise<Told> {
  const child = fork(fileURLToPath(new URL('./asking.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
  });
  child.send(asked);
  return Promise.race([
    once(child, 'message').then(([told]) => told as Told),
    once(child, 'exit').then(() => Promise.reject(new Error('it ended without an answer'))),
  ]);
}

/** One version on its way, as the verbs of the command take it. */
export class Way {
  readonly versions: PostgresVersions;
  readonly #client: pg.Client;
  readonly #url: string;
  readonly plan: Plan;
  readonly id: number;

  private constructor(client: pg.Client, url: string, plan: Plan, id: number) {
    this.#client = client;
    this.#url = url;
    this.versions = new PostgresVersions(client, url);
    this.plan = plan;
    this.id = id;
  }

  /** Plans what an edit of what is deployed does, and asks for it. */
  static async begin(client: pg.Client, url: string, edit: (files: Files) => Files): Promise<Way> {
    const versions = new PostgresVersions(client, url);
    const before = await versions.deployed();
    if (before === null) throw new TypeError('nothing is deployed');
    const old = filesOf(before);
    const files = { old, new: edit(old) };
    const costOf = await versions.costs();
    const plan = planChanges({ before, after: catalogOf(files.new), ...(costOf ? { costOf } : {}) });
    return new Way(client, url, plan, await versions.add(BY, plan, files));
  }

  /** One that was asked for before. */
  static async found(client: pg.Client, url: string, id: number): Promise<Way> {
    return new Way(client, url, await new PostgresVersions(client, url).planOf(id), id);
  }

  /** @returns seconds until it was there */
  async to(wanted: Wanted | null, state: DeploymentState): Promise<number> {
    const began = performance.now();
    await this.versions.bring(this.id, wanted, BY, [state]);
    return seconds(began);
  }

  /** Waits until it is built. @returns seconds since it was asked for */
  async built(): Promise<number> {
    await this.to(null, 'built');
    const { startedAt, changedAt } = await this.deployment();
    return round((changedAt.getTime() - startedAt.getTime()) / 1000);
  }

  /** The questions of `tickwave apply` to its rows. @returns seconds that they took */
  async audit(): Promise<number> {
    const began = performance.now();
    const deployment = await this.deployment();
    const catalog = catalogOf(otherFiles(deployment));
    const answers = [
      ...(await this.versions.audit(deployment, [])),
      ...(await runViewTests({ url: this.#url, catalog, folder: 'sql/tests' })),
    ];
    const failed = answers.filter(({ passed }) => !passed);
    if (failed.length > 0) throw new Error(`audits failed: ${JSON.stringify(failed)}`);
    await this.versions.passed(this.id, BY);
    return seconds(began);
  }

  async deployment(): Promise<Deployment> {
    const deployment = await this.versions.active();
    if (deployment?.id !== this.id) throw new TypeError(`version ${this.id} is gone`);
    return deployment;
  }

  /** Rows of the version that does not have the names, by view. */
  async rows(): Promise<Readonly<Record<string, number>>> {
    const deployment = await this.deployment();
    const layout = layoutOf(publishedFiles(deployment), otherFiles(deployment));
    const counts: Record<string, number> = {};
    for (const [name, { view }] of layout.sides) {
      const { rows } = await this.#client.query<{ count: number }>(
        `select count(*)::float8 as count from ${layout.tableOf(name)}`,
      );
      counts[view] = rows[0]?.count ?? 0;
    }
    return counts;
  }

  /** Every view of both versions that differs between them against its query. @throws when a row is not what it gives */
  async verify(): Promise<number> {
    const deployment = await this.deployment();
    const layout = layoutOf(publishedFiles(deployment), otherFiles(deployment));
    const stored = layout.views.map(({ name }) => name);
    const pairs = [...layout.sides].flatMap(([name, { view }]) => [name, view]);
    await this.#client.query("set work_mem = '1GB'");
    const names = pairs.filter((name) => stored.includes(name));
    for (const name of names) {
      const different = await verifyView(this.#client, layout, name);
      if (different !== null) throw new Error(`not what its query gives: ${JSON.stringify(different)}`);
    }
    await this.#client.query('reset work_mem');
    return names.length;
  }
}

export function seconds(began: number): number {
  return round((performance.now() - began) / 1000);
}
