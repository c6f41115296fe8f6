import type { Catalog } from '../catalog/catalog.ts';
import type { Audit, Invariant } from './audit.ts';
import type { ChangeClass } from './classify.ts';
import type { Deployment, DeploymentState, Files, Owner, Wanted } from './deployment.ts';
import type { Holder } from './holder.ts';
import type { Cost, Plan } from './plan.ts';

/** One row that differs, as JSON; null where there is none. */
export interface RowSample {
  readonly published: Readonly<Record<string, unknown>> | null;
  readonly other: Readonly<Record<string, unknown>> | null;
}

/** How the rows of two versions of a view differ. */
export interface ViewDiff {
  readonly view: string;
  readonly rows: { readonly published: number; readonly other: number };
  readonly onlyPublished: number;
  readonly onlyOther: number;
  readonly differing: number;
  /** Rows of both that differ, by column that both have. */
  readonly byColumn: Readonly<Record<string, number>>;
  readonly columns: { readonly onlyPublished: readonly string[]; readonly onlyOther: readonly string[] };
  readonly samples: readonly RowSample[];
  /** Why rows can't be compared; null when they were. */
  readonly why: string | null;
}

/** Relative difference up to which two doubles are equal: sums in another order differ in their last digits. */
export const TOLERANCE = 1e-9;

/** One version of the past, or the one on its way. */
export interface VersionHistory {
  readonly id: number;
  readonly state: DeploymentState;
  readonly by: string;
  readonly changedAt: Date;
  readonly class: ChangeClass | null;
  readonly message: string | null;
  readonly events: readonly { readonly at: string; readonly event: string; readonly by: string }[];
  readonly audits: readonly Audit[];
}

/** How far a build is, for people. */
export interface BuildAt {
  /** From 0 to 1. */
  readonly share: number;
  readonly rows: number;
  readonly note: string;
}

export interface BringOptions {
  readonly signal?: AbortSignal;
  readonly tell?: (at: BuildAt) => void;
  /** Told what is waited for, each time that it is something else. */
  readonly waits?: (message: string) => void;
}

export interface CompareOptions {
  readonly samples: number;
  /** Only these; all without it. */
  readonly views?: readonly string[];
}

/** Versions of sql/ side by side in one database: what `plan`, `apply`, `diff`, `promote`, `rollback` and `cleanup` stand on. */
export interface Versions {
  /** Whether what was asked for is gone on with when the process that asked has ended: by the engine that runs. */
  readonly goesOn: boolean;
  /** The part of a folder of sql/ that would be deployed here. */
  here(catalog: Catalog): Catalog;
  /** What public names stand for; null when nothing was deployed yet. */
  deployed(): Promise<Catalog | null>;
  /** What building views costs; null when nothing is known of it. */
  costs(views: readonly string[]): Promise<((view: string, reads: readonly string[]) => Cost) | null>;
  /** Why one can't be built beside the other in this database, beside what holds for all; empty when it can. */
  refusals(before: Catalog, after: Catalog): readonly string[];
  /** Every statement that `apply` would send, as text for people and psql. */
  statements(after: Catalog): Promise<readonly string[]>;
  /** The version that stands beside the published one; null when there is none. */
  active(): Promise<Deployment | null>;
  /** Who has the lock on versions now; null when nobody changes them. */
  holder(): Promise<Holder | null>;
  /** Asks for a version to be built. @throws DeploymentBusy when there is one on its way */
  add(by: Owner, plan: Plan, files: { readonly old: Files; readonly new: Files }): Promise<number>;
  planOf(id: number): Promise<Plan>;
  /**
   * Brings a version to one of these states, and does for it what is wanted. Where the signal aborts before, it gives the version
   * as it is then.
   *
   * @throws DeploymentRefused with the reason when that is not to be
   */
  bring(
    id: number,
    wanted: Wanted | null,
    by: Owner,
    states: readonly DeploymentState[],
    options?: BringOptions,
  ): Promise<Deployment>;
  /** Notes that audits of a built version passed. */
  passed(id: number, by: Owner): Promise<void>;
  /** Where the tests of sql/tests can run, in a schema of their own; null when they need a PostgreSQL beside it. */
  readonly testUrl: string | null;
  /** Asks the rows of a built version whether it may take the names. */
  audit(deployment: Deployment, invariants: readonly Invariant[]): Promise<Audit[]>;
  recordAudits(id: number, audits: readonly Audit[]): Promise<void>;
  compare(deployment: Deployment, options: CompareOptions): Promise<ViewDiff[]>;
  /** The last versions, the newest first. */
  history(): Promise<VersionHistory[]>;
}

/** `version 3 of ann@desk is built since …` with what to do. */
export function describeBusy({ id, owner, host, state, changedAt }: Deployment): string {
  return (
    `version ${id} of ${owner}@${host} is ${state.replace('_', ' ')} since ${changedAt.toISOString()}. ` +
    'One at a time: finish it (`tickwave promote`), or drop what is not published (`tickwave cleanup`)'
  );
}
