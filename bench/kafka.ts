import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KafkaLanding } from '../connectors/kafka/kafkaLanding.ts';
import type { Trade } from '../connectors/landing.ts';
import { MemoryLanding } from '../connectors/memoryLanding.ts';
import { systemClock } from '../engine/clock.ts';
import { KafkaIngest } from '../engine/kafka/ingest.ts';
import { kafkaTopics } from '../engine/kafka/table.ts';
import { Broker, missingForKafka } from '../test/kafka/broker.ts';
import { madeUpTrades } from '../test/kafka/trades.ts';
import { openRig } from './rig.ts';

/** Rows of one call, as the writer makes them. */
const BATCH = 2_000;
const LOOK_EVERY_MS = 20;

/**
 * The stages of the way through Kafka, one after the other, on a broker of its own: trades acknowledged, trades into the spool
 * while the broker is away, the spool drained, and all of them from the topic into the landing table with its triggers.
 */
export async function benchKafka(trades: number): Promise<Readonly<Record<string, unknown>>> {
  const missing = missingForKafka();
  if (missing !== null) throw new Error(missing);
  const folder = mkdtempSync(join(tmpdir(), 'tickwave-bench-kafka-'));
  const rig = await openRig();
  const broker = await Broker.start();
  const stopping = new AbortController();
  try {
    const topics = kafkaTopics(rig.catalog);
    const topic = (table: string): string => topics.get(table) ?? table;
    const landing = await KafkaLanding.open({
      brokers: broker.address,
      topics: {
        trades: topic('trades'),
        heartbeats: topic('heartbeats'),
        news: topic('news'),
        newsScores: topic('news_scores'),
      },
      tables: new MemoryLanding(),
      partitions: 6,
      retentionHours: 1,
      spoolFolder: folder,
      spoolLimitBytes: 10e9,
    });
    await landing.heartbeats([{ exchange: 'bench', symbol: 'BTC/USD', minute: '2026-01-05T00:00:00.000Z' }]);
    const produced = await land(landing, trades, 'produced');
    await broker.kill();
    // The first call finds out that nobody answers.
    await landing.trades(batch(0, 1, 'away'));
    const spooled = await land(landing, trades, 'spooled');
    await broker.run();
    const draining = performance.now();
    await until(() => landing.state().kafka.spooledRows === 0);
    const drained = rate(trades, draining);
    await landing.close();
    const ingest = new KafkaIngest({ url: rig.url, brokers: broker.address, catalog: rig.catalog });
    const running = ingest.run(stopping.signal);
    // The group's first assignment is no matter of throughput.
    await until(() => ingest.state().messages > 0);
    const [began, already] = [performance.now(), ingest.state().rows];
    await until(() => ingest.state().rows >= 2 * trades + 2);
    const stored = rate(ingest.state().rows - already, began);
    stopping.abort();
    await running;
    return {
      trades,
      batch: BATCH,
      producedPerSecond: produced,
      spooledPerSecond: spooled,
      drainedPerSecond: drained,
      storedPerSecond: stored,
    };
  } finally {
    stopping.abort();
    await broker.remove();
    await rig.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lands trades batch by batch; gives trades a second, without the time that making them up takes. */
async function land(landing: KafkaLanding, trades: number, exchange: string): Promise<number> {
  let ms = 0;
  for (let from = 0; from < trades; from += BATCH) {
    const rows = batch(from, Math.min(BATCH, trades - from), exchange);
    const started = performance.now();
    await landing.trades(rows);
    ms += performance.now() - started;
  }
  return Math.round((trades / ms) * 1000);
}

/** Ids as exchanges have them today, none twice. */
function batch(from: number, count: number, exchange: string): Trade[] {
  return madeUpTrades(count, from, exchange).map((trade, index) => ({
    ...trade,
    tradeId: String(70_000_000 + from + index),
  }));
}

function rate(rows: number, started: number): number {
  return Math.round((rows / (performance.now() - started)) * 1000);
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await systemClock.sleep(LOOK_EVERY_MS);
}
