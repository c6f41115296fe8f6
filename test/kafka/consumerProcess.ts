import { readFileSync } from 'node:fs';
import { buildCatalog } from '../../engine/catalog/catalog.ts';
import { KafkaIngest } from '../../engine/kafka/ingest.ts';

// A consumer that tests kill: `consumerProcess.ts`, its options as JSON on standard input. It stores until it is killed.

interface Work {
  readonly url: string;
  readonly brokers: string;
  readonly groupId: string;
  readonly files: readonly (readonly [string, string])[];
}

const { files, ...work } = JSON.parse(readFileSync(0, 'utf8')) as Work;
const ingest = new KafkaIngest({
  ...work,
  catalog: buildCatalog(new Map(files)),
  maxBatchRows: 300,
  // The group notices soon that a member was killed.
  settings: { 'session.timeout.ms': 1_500, 'heartbeat.interval.ms': 300 },
  say: (line) => process.stderr.write(`${line}\n`),
});
await ingest.run(new AbortController().signal);
