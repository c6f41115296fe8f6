import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

/** A real server that suites need. */
export interface RealServer<Server> {
  /** As `Kafka`. */
  readonly name: string;
  /** Variable that makes its absence a failure, as `REQUIRE_KAFKA`. */
  readonly required: string;
  /** What is missing of it on this machine, in words; null when nothing is. */
  readonly missing: () => string | null;
  readonly start: () => Promise<Server>;
}

/**
 * `describe` for suites that need a real server: `body` is given the function that has it, one for the suite. Without it they skip
 * and say so; where it is required they fail.
 */
export function describeWithServer<Server extends { remove(): Promise<void> }>(
  name: string,
  real: RealServer<Server>,
  body: (server: () => Server) => void,
): void {
  const missing = real.missing();
  if (missing !== null) {
    if (process.env[real.required] === '1') {
      test(`${name}: ${real.name} is there`, () => expect(missing).toBeNull());
      return;
    }
    console.warn(`SKIPPED ${name}: ${missing}`);
    describe.skip(name, () => {
      test(missing, () => undefined);
    });
    return;
  }
  describe(name, () => {
    let server: Server | null = null;
    beforeAll(async () => {
      server = await real.start();
    });
    afterAll(async () => {
      await server?.remove();
    });
    body(() => {
      if (server === null) throw new Error(`${real.name} did not start`);
      return server;
    });
  });
}
