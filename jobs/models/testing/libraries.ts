import { describe } from '@jest/globals';
import { type Algorithms, availableAlgorithms } from '../algorithms.ts';
import { placesOf } from '../library/places.ts';
import type { Algorithm, AlgorithmName } from '../model.ts';

/** What this machine has, with one training thread. Close it when the suite is done. */
export function machineAlgorithms(): Promise<Algorithms> {
  return availableAlgorithms(placesOf(process.env), 1);
}

/**
 * `describe` for suites that need a native library. Without it they skip, and say so; with REQUIRE_MODEL_LIBRARIES=1 they
 * fail.
 */
export function describeWithAlgorithm(
  algorithms: Algorithms,
  name: AlgorithmName,
  body: (algorithm: Algorithm) => void,
): void {
  const algorithm = algorithms.available.get(name);
  if (algorithm !== undefined) {
    describe(name, () => body(algorithm));
    return;
  }
  const reason = algorithms.unavailable.find((missing) => missing.name === name)?.reason ?? 'not known';
  if (process.env.REQUIRE_MODEL_LIBRARIES === '1') throw new Error(reason);
  console.warn(`SKIPPED suites of ${name}: ${reason}`);
  describe.skip(name, () => body(undefined as never));
}
