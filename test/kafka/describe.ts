import { describeWithServer } from '../support/describeWithServer.ts';
import { Broker, missingForKafka } from './broker.ts';

/** `describe` for suites that need a real broker and its client; with REQUIRE_KAFKA=1 they fail without. */
export function describeWithKafka(name: string, body: (broker: () => Broker) => void): void {
  const real = { name: 'Kafka', required: 'REQUIRE_KAFKA', missing: missingForKafka, start: Broker.start };
  describeWithServer(name, real, body);
}
