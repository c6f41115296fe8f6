import type pg from 'pg';
import { type AdminPort, AdminRefusal, type JobId, type JobRequest } from '../../api/admin/port.ts';
import type { Config } from '../../config/config.ts';
import { systemClock } from '../../engine/clock.ts';
import { ownerPool } from '../../jobs/ownerPool.ts';
import { openRegistry } from '../../jobs/registry/openRegistry.ts';
import { rollBack } from '../../jobs/registry/promotion.ts';
import { trainingJob } from '../../jobs/retraining/trainAll.ts';
import { JobBusy, UnknownRun } from '../../jobs/schedule/errors.ts';
import { type Job, type JobLimits, JobRunner } from '../../jobs/schedule/runner.ts';
import { registryPlaces, trainingLimits, trainingPlatform, trainingRequests } from '../models/settings.ts';
import type { Source } from '../sources/source.ts';
import { backfillJob } from './backfillJob.ts';

export interface AdminOptions {
  readonly config: Config;
  /** Address of the database, as its owner. */
  readonly url: string;
  readonly source: Source;
  /** What this process does of all that may be asked for; default: everything. */
  readonly kinds?: readonly JobRequest['kind'][];
}

/** Connections: a job keeps one for its lock, and needs others. */
const CONNECTIONS = 8;
/** Of a process that only decides about models. */
const FEW_CONNECTIONS = 2;
const BACKFILL: JobLimits = { timeMs: 24 * 3_600_000, memoryBytes: null };
/** The verb that does what a process which only serves leaves to others. */
const ELSEWHERE: Readonly<Record<JobRequest['kind'], string>> = {
  train: '`tickwave train`',
  promote: '`tickwave models promote`',
  rollback: '`tickwave models rollback`',
  backfill: '`tickwave backfill`',
  subscribe: '`tickwave connect` with other MARKETS',
  unsubscribe: '`tickwave connect` with other MARKETS',
};
const SHORT: JobLimits = { timeMs: 60_000, memoryBytes: null };

/** Does what administrators ask for over the API; each job is a row of `job_runs`. */
export class Admin implements AdminPort {
  readonly #options: AdminOptions;
  readonly #pool: pg.Pool;
  readonly #runner: JobRunner;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: AdminOptions) {
    this.#options = options;
    this.#pool = ownerPool(
      options.url,
      'tickwave admin',
      options.kinds === undefined ? CONNECTIONS : FEW_CONNECTIONS,
    );
    const memory = (): number => process.memoryUsage().rss;
    this.#runner = new JobRunner({ pool: this.#pool, clock: systemClock, memory });
  }

  async start(request: JobRequest, by: string): Promise<JobId> {
    const { kind } = request;
    const [job, limits] = this.#jobOf(request, by);
    return new Promise((resolve, reject) => {
      const ended = this.#runner
        .run(kind, by, job, limits, this.#closing.signal, (run) => resolve({ kind, run }))
        .catch((error: unknown) =>
          reject(error instanceof JobBusy ? new AdminRefusal('job_busy', error.message) : error),
        );
      this.#running.add(ended);
      void ended.then(() => this.#running.delete(ended));
    });
  }

  async cancel({ kind, run }: JobId): Promise<boolean> {
    try {
      await this.#runner.runs.cancel(kind, run);
      return true;
    } catch (error) {
      if (error instanceof UnknownRun) return false;
      throw error;
    }
  }

  /** Calls off what runs, and waits for its end. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running);
    await this.#pool.end();
  }

  #jobOf(request: JobRequest, by: string): readonly [Job, JobLimits] {
    const { config, url, kinds } = this.#options;
    if (kinds !== undefined && !kinds.includes(request.kind))
      throw new AdminRefusal(
        'not_offered',
        `This process serves the API and does not ${request.kind}: ask the API of \`tickwave engine\` or \`start\`, or run the verb ${ELSEWHERE[request.kind]}`,
      );
    switch (request.kind) {
      case 'train': {
        const { horizon_minutes: horizon } = request;
        const horizons = horizon === undefined ? config.MODEL_HORIZONS : [horizon];
        const requests = trainingRequests(config, `${by} asked for it over the API.`, horizons);
        return [trainingJob(trainingPlatform(config, url), requests), trainingLimits(config)];
      }
      case 'promote':
      case 'rollback':
        return [this.#registryJob(request, by), SHORT];
      case 'backfill': {
        const { exchange, symbol, from, to } = request;
        const range = { from: Date.parse(from), to: to === undefined ? systemClock.now() : Date.parse(to) };
        return [backfillJob(config, url, { exchange, symbol, ...range }), BACKFILL];
      }
      case 'subscribe':
      case 'unsubscribe':
        return [this.#followJob(request), SHORT];
    }
  }

  #registryJob(request: JobRequest & { readonly kind: 'promote' | 'rollback' }, by: string): Job {
    const registry = openRegistry(this.#pool, registryPlaces(this.#options.config), systemClock);
    const reason = `${by} wanted it so, over the API.`;
    const { name } = request;
    return async () => {
      const decision =
        request.kind === 'rollback'
          ? await rollBack(registry, name, reason)
          : await registry.decide({
              ...{ name, version: request.version, reasons: [reason] },
              ...{ action: 'promote', alias: 'champion' },
            });
      return `${name} ${decision.version} is champion.`;
    };
  }

  /** Refused at once where markets are given: waiting would not help. */
  #followJob(request: JobRequest & { readonly kind: 'subscribe' | 'unsubscribe' }): Job {
    const { source } = this.#options;
    const { kind, exchange, symbol } = request;
    if (source.follow === undefined)
      throw new AdminRefusal('not_offered', `Markets cannot be changed while the source is ${source.name}`);
    const follow = source.follow.bind(source);
    return async () => {
      follow({ exchange, symbol }, kind === 'subscribe');
      return `${exchange} ${symbol} is ${kind === 'subscribe' ? 'followed from now on' : 'no longer followed'}.`;
    };
  }
}
