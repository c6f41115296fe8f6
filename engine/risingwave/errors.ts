/** A connector option of sql/ names environment values of which only some are there. */
export class ConnectorOptionError extends Error {
  override readonly name = 'ConnectorOptionError';
}

/** sql/ is not what is deployed, and taking the difference over is not for an engine that starts. */
export class DeployedDiffersError extends Error {
  override readonly name = 'DeployedDiffersError';
  /** Objects that differ, by name. */
  readonly objects: readonly string[];

  constructor(objects: readonly string[], remedy: string) {
    super(`sql/ differs from what is deployed on RisingWave in ${objects.join(', ')}; ${remedy}`);
    this.objects = objects;
  }
}

/** RisingWave refused a statement, or did not build what it had accepted. */
export class StatementFailed extends Error {
  override readonly name = 'StatementFailed';

  constructor(what: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`RisingWave did not take ${what}: ${reason}`, { cause });
  }
}
