/** Where a version of sql/ is on its way; the last three are ends. */
export type DeploymentState =
  | 'building'
  | 'built'
  | 'audited'
  | 'promoted'
  | 'rolled_back'
  | 'cleaned'
  | 'cancelled'
  | 'failed';

/** What the engine may be asked to do with it. */
export type Wanted = 'promote' | 'rollback' | 'cleanup' | 'cancel';

/** States in which two versions stand side by side. */
export const ACTIVE: readonly DeploymentState[] = ['building', 'built', 'audited', 'promoted', 'rolled_back'];

/** How far a build is: view after view, inputs first, each from its newest rows back. */
export interface Progress {
  /** Views that are complete, by the engine's name for this version of them. */
  readonly built: readonly string[];
  /** Of the next one, rows from this time on are built; null before the first. */
  readonly cut: string | null;
  /** Milliseconds that the next part reaches back. */
  readonly spanMs: number;
  /** From 0 to 1. */
  readonly share: number;
  readonly rows: number;
  readonly seconds: number;
}

/** Texts of sql/ by their path. */
export type Files = Readonly<Record<string, string>>;

/** Who asks. */
export interface Owner {
  readonly owner: string;
  readonly host: string;
  readonly pid: number;
}

/** One version of sql/ on its way to take the names, or back. */
export interface Deployment extends Owner {
  readonly id: number;
  readonly state: DeploymentState;
  readonly wanted: Wanted | null;
  readonly startedAt: Date;
  readonly changedAt: Date;
  readonly oldFiles: Files;
  readonly newFiles: Files;
  readonly progress: Progress | null;
  readonly message: string | null;
}

/** The texts of a version, of before and after. */
export type Sides = Pick<Deployment, 'state' | 'oldFiles' | 'newFiles'>;

/** Which of its two versions the names stand for. */
export function publishedFiles({ state, oldFiles, newFiles }: Sides): Files {
  return state === 'promoted' || state === 'cleaned' ? newFiles : oldFiles;
}

/** The version that is kept up to date beside it. */
export function otherFiles({ state, oldFiles, newFiles }: Sides): Files {
  return state === 'promoted' ? oldFiles : newFiles;
}

/** What is asked for does not go with the state that things are in. */
export class DeploymentRefused extends Error {
  override readonly name = 'DeploymentRefused';
}

/** Somebody else is at it. */
export class DeploymentBusy extends Error {
  override readonly name = 'DeploymentBusy';
}
