/** Works that go on side by side. When one fails, all are told to stop. */
export class Crew {
  private readonly stop: AbortController;
  private readonly active = new Set<Promise<void>>();
  private failure: { readonly error: unknown } | null = null;

  constructor(stop: AbortController) {
    this.stop = stop;
  }

  start(work: () => Promise<void>): void {
    const done = work()
      .catch((error: unknown) => this.fail(error))
      .finally(() => this.active.delete(done));
    this.active.add(done);
  }

  /** The first failure counts; those that follow from it do not. */
  readonly fail = (error: unknown): void => {
    this.failure ??= { error };
    this.stop.abort();
  };

  /** Resolves when all have ended, those that were started meanwhile included. @throws the first failure. */
  async ended(): Promise<void> {
    while (this.active.size > 0) await Promise.all(this.active);
    if (this.failure !== null) throw this.failure.error;
  }
}
