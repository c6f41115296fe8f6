import { readFileSync } from 'node:fs';
import { KafkaLanding, type KafkaLandingOptions } from '../../connectors/kafka/kafkaLanding.ts';
import { PostgresLanding } from '../../connectors/postgresLanding.ts';
import { madeUpTrades } from './trades.ts';

// A producer that tests kill: `producerProcess.ts`, its options as JSON on standard input. It goes through the same trades from `from` on, in
// batches, and writes a line with the number of trades that are safe after each.

interface Work extends Omit<KafkaLandingOptions, 'tables'> {
  readonly url: string;
  readonly count: number;
  readonly seed: number;
  readonly from: number;
  readonly batch: number;
}

const work = JSON.parse(readFileSync(0, 'utf8')) as Work;
const tables = new PostgresLanding({ connection: work.url, durable: true });
const landing = await KafkaLanding.open({
  ...work,
  tables,
  say: (line) => process.stderr.write(`${line}\n`),
});
const trades = madeUpTrades(work.count, work.seed);
for (let from = work.from; from < trades.length; from += work.batch) {
  await landing.trades(trades.slice(from, from + work.batch));
  process.stdout.write(
    `${Math.min(trades.length, from + work.batch)} ${landing.state().kafka.spooledRows}\n`,
  );
}
// What is in the spool goes out before the end, as long as somebody takes it.
while (landing.state().kafka.spooledRows > 0) await new Promise((resolve) => setTimeout(resolve, 20));
await landing.close();
await tables.close();
process.stdout.write('done\n');
