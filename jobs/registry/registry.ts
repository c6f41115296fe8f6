import type { Bundle } from './bundle.ts';
import type { Action, Alias, Decision, RegisteredModel } from './registeredModel.ts';

/** A decision to be taken: which version, what it serves as from then on, and why. */
export interface Change {
  readonly name: string;
  readonly version: number;
  readonly action: Action;
  /** Null takes it out of service. A refusal keeps the alias there is: it is ignored then. */
  readonly alias: Alias | null;
  readonly reasons: readonly string[];
  readonly evidence?: Readonly<Record<string, unknown>>;
}

/**
 * Where trained models are kept: the table `models` says what there is in every registry, so SQL shows the same; where the files
 * are differs.
 */
export interface Registry {
  /** For people: a folder or an address. */
  readonly place: string;
  /**
   * Stores the files, then the row; a crash in between leaves nothing that can be seen. The version serves nothing yet.
   * @throws BadModelName, BadBundle
   */
  register(name: string, bundle: Bundle): Promise<RegisteredModel>;
  /** By name, the newest version first; of one name, or of all. */
  list(name: string | null): Promise<readonly RegisteredModel[]>;
  /** A version of a name, or what has the alias. @throws UnknownModel */
  show(name: string, which: number | Alias): Promise<RegisteredModel>;
  /** What predicts: all that have an alias, champions first. */
  serving(): Promise<readonly RegisteredModel[]>;
  /** Reads the files of a version, and checks them against their hashes. @throws DamagedArtifact */
  load(model: RegisteredModel): Promise<Bundle>;
  /**
   * Takes a decision and writes it down, both or neither. A version that gets an alias takes it from the one that had it, which
   * is then out of service.
   * @throws UnknownModel, NotPossible when its files were pruned
   */
  decide(change: Change): Promise<Decision>;
  /** Decisions about a name, the newest first. */
  history(name: string, limit: number): Promise<readonly Decision[]>;
  /**
   * Deletes files of old versions, the rows stay. The newest `keep` are kept, and what serves, and the champion before.
   * @returns versions whose files were deleted
   */
  prune(name: string, keep: number): Promise<readonly number[]>;
  /** Takes over what was changed past Tickwave. @returns sentences about it */
  sync(): Promise<readonly string[]>;
}

/** The champion that a rollback would bring back: the last one before the present one. Null when there was none. */
export function championBefore(
  history: readonly Decision[],
  models: readonly RegisteredModel[],
): number | null {
  const present = models.find((model) => model.alias === 'champion')?.version ?? null;
  const usable = new Set(models.filter((model) => model.artifact !== null).map((model) => model.version));
  // What was rolled back from is no place to go back to, until it is champion again.
  const left = new Set<number | null>();
  for (const { action, alias, version, previousVersion } of history) {
    if (alias === 'champion' && action !== 'refuse' && version !== present)
      if (usable.has(version) && !left.has(version)) return version;
    if (action === 'rollback') left.add(previousVersion);
  }
  return null;
}
