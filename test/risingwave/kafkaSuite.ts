import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { makeTopics } from '../../connectors/kafka/topics.ts';
import type { Trade } from '../../connectors/landing.ts';
import { asked, loadKafka } from '../../engine/kafka/client.ts';
import { connect } from '../../engine/risingwave/connection.ts';
import { RisingwaveEngine } from '../../engine/risingwave/engine.ts';
import { Rig } from '../kafka/rig.ts';
import { waitFor } from '../support/cli.ts';
import type { Cluster } from './cluster.ts';
import { recordedTrades } from './recording.ts';

const TRADES = 2000;
const SINK_TOPIC = 'tickwave.predictions';

/** Kafka behind landing tables: what connectors send there is in the views, each trade once. */
export function kafkaSuite(cluster: Cluster, within: number): void {
  const brokers = cluster.kafkaBrokers;
  if (brokers === null) return;
  describe(`Kafka at ${brokers} behind landing tables`, () => {
    test(
      'what is sent twice is there once',
      async () => {
        const rig = await Rig.open(brokers, `parity_${randomBytes(4).toString('hex')}`);
        const database = await cluster.empty();
        try {
          await makeSinkTopic(brokers);
          const landing = await rig.landing();
          const trades = sent();
          await landing.trades(trades.slice(0, 10));
          const engine = await RisingwaveEngine.open({
            url: database.url,
            catalog: rig.catalog,
            environment: { KAFKA_BROKERS: brokers },
          });
          await landing.trades(trades);
          const client = await connect(database.url, 'tickwave parity');
          const counts = async (): Promise<unknown> =>
            (await client.query('select count(*) as trades, sum(price * quantity) as notional from trades'))
              .rows[0];
          const arrived = async (): Promise<boolean> => {
            await engine.refresh();
            return Number(((await counts()) as { trades: string }).trades) >= trades.length;
          };
          await waitFor(`${trades.length} trades over Kafka`, arrived, 300_000);
          expect(await counts()).toMatchObject({ trades: String(trades.length) });
          const { rows } = await client.query('select sum(trades) as trades from candles_1s');
          expect(Number(rows[0]?.trades)).toBe(trades.length);
          await client.end();
          await engine.stop();
        } finally {
          await database.drop();
          await rig.close();
        }
      },
      within,
    );
  });
}

function sent(): Trade[] {
  return recordedTrades(TRADES)
    .slice(0, TRADES)
    .map(({ row }) => ({
      exchange: String(row.exchange),
      symbol: String(row.symbol),
      tradeId: String(row.trade_id),
      ts: String(row.ts),
      price: String(row.price),
      quantity: String(row.quantity),
      side: row.side === 'sell' ? 'sell' : 'buy',
      receivedAt: String(row.received_at),
    }));
}

/** RisingWave connects a sink when it is made, and does not make its topic. */
async function makeSinkTopic(brokers: string): Promise<void> {
  const producer = new (loadKafka().Producer)({ 'metadata.broker.list': brokers });
  await asked<unknown>((done) => producer.connect({ timeout: 10_000 }, done));
  await makeTopics(loadKafka(), producer, [SINK_TOPIC], { partitions: 1, retentionHours: 1 });
  await new Promise<void>((resolve) => producer.disconnect(10_000, () => resolve()));
}
