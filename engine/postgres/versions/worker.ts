import pg, { type ClientBase, DatabaseError } from 'pg';
import type { Clock } from '../../clock.ts';
import {
  type Deployment,
  DeploymentRefused,
  type DeploymentState,
  type Files,
  otherFiles,
  publishedFiles,
} from '../../versions/deployment.ts';
import { catalogOf } from '../../versions/files.ts';
import { fingerprints } from '../../versions/fingerprint.ts';
import { prepareIndexes } from '../deploy/indexes.ts';
import { type Layout, layOut } from '../deploy/plan.ts';
import type { Around } from '../refresher.ts';
import { whyBroken } from './brokenSide.ts';
import { Builder, sleep } from './builder.ts';
import {
  activeDeployment,
  expectState,
  giveUp,
  noteWaiting,
  refuseWanted,
  setState,
  VERSIONS_CHANNEL,
} from './deployments.ts';
import type { EngineHost } from './host.ts';
import { inTheWay } from './inTheWay.ts';
import { LOCK_NOT_AVAILABLE } from './nameLocks.ts';
import { oldSnapshots } from './oldSnapshots.ts';

/** Between looks at the tables with nothing told: catches what a lost notification would hide. */
const IDLE_MS = 1000;
/** Part of a part's duration that is left to the running views before the next. */
const REST = 0.5;
/** Between attempts to get every name at once. */
const RETRY_MS = 100;
/** After so long who wanted it is told that it was not possible, and what was in the way. */
const GIVE_UP_MS = 60_000;
const DEADLOCK = '40P01';
/** What is in the way for a shorter time is not worth a word. */
const SAY_AFTER_MS = 2000;
/** Somebody wrote to the same row of our tables. */
const NOT_SERIALIZABLE = '40001';
const PASSING: readonly (string | undefined)[] = [LOCK_NOT_AVAILABLE, DEADLOCK, NOT_SERIALIZABLE];

/** Does within the engine what `apply`, `promote`, `rollback` and `cleanup` ask for, by the tables in which they ask. */
export class VersionsWorker {
  readonly #host: EngineHost;
  readonly #clock: Clock;
  #wake: (() => void) | null = null;
  #told = false;
  #builder: { readonly id: number; readonly builder: Builder } | null = null;
  /** The deployment whose other version stands in the layout. */
  #beside: number | null;
  /** When what is tried again failed first, and what was said last, when, to be in the way. */
  #hindered: { readonly since: number; readonly by: string; readonly saidAt: number } | null = null;

  constructor(host: EngineHost, clock: Clock, beside: number | null) {
    this.#host = host;
    this.#clock = clock;
    this.#beside = beside;
  }

  /** Works until the signal aborts; a connection that is lost is made again. */
  async run(signal: AbortSignal, report: (error: Error) => void): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#connected(signal);
      } catch (error) {
        report(error instanceof Error ? error : new Error(String(error)));
        await this.#clock.sleep(IDLE_MS, signal);
      }
    }
  }

  /**
   * How to refresh when that failed at a view of the version beside: without that version, which is given up in the same transaction
   * as it misses what changed. Null where something else is to blame.
   */
  without(error: unknown): Around | null {
    const [id, layout] = [this.#beside, this.#host.layout()];
    const why = whyBroken(error, layout);
    if (id === null || why === null) return null;
    return {
      before: (client) => sleep(client, [...layout.sides.keys()]),
      after: (client) => giveUp(client, id, why),
    };
  }

  async #connected(signal: AbortSignal): Promise<void> {
    const client = new pg.Client({ connectionString: this.#host.url, application_name: 'tickwave versions' });
    client.on('error', () => this.#notice());
    client.on('notification', () => this.#notice());
    try {
      await client.connect();
      // It worked over the connection before this one; where it was is written down.
      this.#builder = null;
      await client.query(
        `set search_path = public, compat; set timezone = 'UTC'; listen ${VERSIONS_CHANNEL}`,
      );
      while (!signal.aborted) {
        this.#told = false;
        const pause = await this.#step(client);
        if (pause === null) await this.#untilTold(signal);
        else await this.#clock.sleep(pause, signal);
      }
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  #notice(): void {
    this.#told = true;
    this.#wake?.();
  }

  async #untilTold(signal: AbortSignal): Promise<void> {
    if (this.#told) return;
    const quiet = new AbortController();
    const told = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await Promise.race([told, this.#clock.sleep(IDLE_MS, AbortSignal.any([signal, quiet.signal]))]);
    quiet.abort();
    this.#wake = null;
  }

  /** One step on the way. @returns milliseconds to rest before the next, or null when there is nothing to do */
  async #step(client: ClientBase): Promise<number | null> {
    const deployment = await activeDeployment(client);
    if (deployment === null) return this.#forget();
    try {
      const pause = await this.#next(client, deployment);
      this.#hindered = null;
      return pause;
    } catch (error) {
      return this.#failed(client, deployment, error);
    }
  }

  async #next(client: ClientBase, deployment: Deployment): Promise<number | null> {
    const { id, state, wanted } = deployment;
    if (wanted === 'cleanup' || (wanted === 'cancel' && state !== 'promoted')) {
      await this.#drop(deployment, state === 'promoted' ? 'cleaned' : 'cancelled');
      return null;
    }
    if (this.#beside !== id) {
      await this.#setBeside(client, deployment);
      return 0;
    }
    if (state === 'building') return this.#build(client, deployment);
    if (wanted === 'promote' && (state === 'audited' || state === 'rolled_back'))
      return this.#publish(client, deployment, 'promoted');
    if (wanted === 'rollback' && state === 'promoted')
      return this.#publish(client, deployment, 'rolled_back');
    if (wanted !== null) await refuseWanted(client, id, `a version that is ${state} can't ${wanted}`);
    return null;
  }

  /** The other version joins the layout, empty. */
  async #setBeside(client: ClientBase, deployment: Deployment): Promise<void> {
    const layout = layoutOf(publishedFiles(deployment), otherFiles(deployment));
    await prepareIndexes(client, layout);
    await this.#host.relayout(layout, async () => {});
    this.#beside = deployment.id;
  }

  async #build(client: ClientBase, { id, progress }: Deployment): Promise<number | null> {
    if (this.#builder?.id !== id)
      this.#builder = { id, builder: new Builder(this.#host, client, id, progress) };
    const took = await this.#builder.builder.step();
    if (took !== null) return took * REST;
    this.#builder = null;
    return null;
  }

  async #publish(client: ClientBase, deployment: Deployment, state: DeploymentState): Promise<number | null> {
    const waiting = await oldSnapshots(client, deployment.id);
    if (waiting !== null) throw new NotYet(waiting);
    const next = { ...deployment, state };
    const layout = layoutOf(publishedFiles(next), otherFiles(next));
    // They are written in the transaction, and thought out before it.
    fingerprints(layout.published, 'postgres');
    await this.#host.relayout(layout, async (own) => {
      await expectState(own, deployment.id, deployment.state);
      await setState(own, deployment.id, state, 'engine');
    });
    return 0;
  }

  async #drop(deployment: Deployment, state: DeploymentState, message: string | null = null): Promise<void> {
    const layout = layoutOf(publishedFiles(deployment), null);
    await this.#host.relayout(layout, (own) => setState(own, deployment.id, state, 'engine', message));
    this.#beside = null;
    this.#builder = null;
  }

  /** Drops what a version that was given up left. */
  async #forget(): Promise<number | null> {
    if (this.#beside === null) return null;
    try {
      await this.#host.relayout(layOut(this.#host.layout().published), async () => {});
    } catch (error) {
      if (error instanceof Error && PASSING.includes(codeOf(error))) return RETRY_MS;
      throw error;
    }
    this.#beside = null;
    this.#builder = null;
    return null;
  }

  /** What is only in the way is tried again; what is wrong ends the version, or what was wanted of it. */
  async #failed(client: ClientBase, deployment: Deployment, error: unknown): Promise<number> {
    if (!(error instanceof Error) || isLost(error)) throw error;
    if (error instanceof NotYet || PASSING.includes(codeOf(error)))
      return this.#tryAgain(client, deployment, error);
    this.#hindered = null;
    this.#builder = null;
    if (error instanceof DeploymentRefused) return 0; // It was given up meanwhile.
    const message = whyBroken(error, this.#host.layout()) ?? error.message;
    if (deployment.state === 'building') {
      // What can't be dropped now is dropped when the engine is started the next time.
      await this.#drop(deployment, 'failed', message).catch(() =>
        setState(client, deployment.id, 'failed', 'engine', message),
      );
    } else await refuseWanted(client, deployment.id, message);
    return RETRY_MS;
  }

  /** Says what is waited for; what somebody wanted is given up in the end, a build is not. */
  async #tryAgain(client: ClientBase, { id, wanted }: Deployment, error: Error): Promise<number> {
    const by = error instanceof NotYet ? error.message : ((await inTheWay(client)) ?? error.message);
    const now = this.#clock.now();
    this.#hindered ??= { since: now, by: '', saidAt: now };
    const { since } = this.#hindered;
    if (this.#hindered.by !== by && now - this.#hindered.saidAt >= SAY_AFTER_MS) {
      this.#hindered = { since, by, saidAt: now };
      await noteWaiting(client, id, by);
    }
    if (wanted === null || now - since < GIVE_UP_MS) return RETRY_MS;
    this.#hindered = null;
    const seconds = Math.round((now - since) / 1000);
    await refuseWanted(
      client,
      id,
      `it waited ${seconds} s, then gave up: ${by}. End that, or wait for it, and ask again`,
    );
    return RETRY_MS;
  }
}

/** Something has to end first. */
class NotYet extends Error {
  override readonly name = 'NotYet';
}

/** Layouts that were thought out last, by the texts that they are of: a version goes to and fro between two of them. */
const KNOWN = new Map<string, Layout>();
const MOST_KNOWN = 3;

/** The layout of a published version and one beside it, from their texts. */
export function layoutOf(published: Files, other: Files | null): Layout {
  const key = JSON.stringify([published, other]);
  const layout = KNOWN.get(key) ?? layOut(catalogOf(published), other === null ? null : catalogOf(other));
  KNOWN.delete(key);
  KNOWN.set(key, layout);
  for (const oldest of KNOWN.keys()) if (KNOWN.size > MOST_KNOWN) KNOWN.delete(oldest);
  return layout;
}

function codeOf(error: Error): string | undefined {
  const from = error.cause instanceof DatabaseError ? error.cause : error;
  return from instanceof DatabaseError ? from.code : undefined;
}

/** The connection, not the statement, is what failed. */
function isLost(error: Error): boolean {
  const code = codeOf(error);
  return code === undefined ? /connection|ECONN|terminated/i.test(error.message) : /^(08|57P)/.test(code);
}
