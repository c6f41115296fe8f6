import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Broker, missingForKafka } from './broker.ts';

/**
 * `describe` for suites that need a real broker: `body` is given the function that has it, one for the suite. Without Kafka
 * or its client they skip and say so; with REQUIRE_KAFKA=1 they fail.
 */
export function describeWithKafka(name: string, body: (broker: () => Broker) => void): void {
  const missing = missingForKafka();
  if (missing !== null) {
    if (process.env.REQUIRE_KAFKA === '1') {
      test(`${name}: Kafka is there`, () => expect(missing).toBeNull());
      return;
    }
    console.warn(`SKIPPED ${name}: ${missing}`);
    describe.skip(name, () => {
      test(missing, () => undefined);
    });
    return;
  }
  describe(name, () => {
    let broker: Broker | null = null;
    beforeAll(async () => {
      broker = await Broker.start();
    });
    afterAll(async () => {
      await broker?.remove();
    });
    body(() => {
      if (broker === null) throw new Error('the broker did not start');
      return broker;
    });
  });
}
