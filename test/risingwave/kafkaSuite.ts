import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KafkaLanding } from '../../connectors/kafka/kafkaLanding.ts';
import type { Trade } from '../../connectors/landing.ts';
import { RISINGWAVE } from '../../engine/profile.ts';
import { readTopic, sendRaw } from '../kafka/raw.ts';
import type { Cluster } from './cluster.ts';
import { KafkaSide } from './kafkaSide.ts';
import { load } from './load.ts';
import { type LandingRow, otherRows, recordedTrades } from './recording.ts';

/** Trades: sent before RisingWave has tables, while Tickwave is there, and while it is away. */
const [EARLY, THEN, AWAY] = [100, 1500, 300];
const KRAKEN = { exchange: 'kraken', symbol: 'BTC/USD' } as const;

/** Kafka behind landing tables: what connectors send there is in the views, each trade once; and what sinks send. */
export function kafkaSuite(open: () => Cluster, seed: number, within: number): void {
  describe('Kafka behind landing tables', () => {
    let trades: readonly LandingRow[];
    let side: KafkaSide;
    let landing: KafkaLanding;

    beforeAll(async () => {
      trades = recordedTrades(EARLY + THEN + AWAY).slice(0, EARLY + THEN + AWAY);
      side = await KafkaSide.prepare(open());
      landing = await side.rig.landing();
      await landing.trades(trades.slice(0, EARLY).map(toTrade));
      await side.open();
    }, within);
    afterAll(() => side?.close(), within);

    test(
      'what was sent before the tables were there is in them',
      async () => {
        await side.expectThere(trades.slice(0, EARLY));
        expect(await side.counted()).toEqual({ trades: EARLY, candles: EARLY });
      },
      within,
    );

    test(
      'what is sent twice is there once, to the last digit',
      async () => {
        const sent = trades.slice(0, EARLY + THEN).map(toTrade);
        await landing.trades(sent);
        await landing.trades(sent.slice(-200));
        await landing.heartbeats([{ ...KRAKEN, minute: NEWS.receivedAt }]);
        await landing.news([NEWS]);
        await landing.newsScores([SCORE]);
        await side.expectThere([...trades.slice(EARLY, EARLY + THEN), ...TOLD]);
        expect(await side.counted()).toEqual({ trades: EARLY + THEN, candles: EARLY + THEN });
      },
      within,
    );

    test(
      'what is no document is passed over, a field that does not fit is null, and the first of a key stays',
      async () => {
        const { ts, ...trade } = { ...KRAKEN, ts: Date.parse(NEWS.receivedAt), side: 'buy' };
        const texts = [
          'no document',
          '{"exchange": "kraken", "symbol": ',
          // Numbers instead of text, and milliseconds instead of ISO 8601.
          `{"exchange":"kraken","symbol":"BTC/USD","trade_id":9000001,"ts":${ts},"price":10800.125,"quantity":0.5,"side":"buy","received_at":${ts}}`,
          JSON.stringify({ ...trade, trade_id: 9000001, ts, price: '1', quantity: '1', received_at: ts }),
          JSON.stringify({ ...trade, trade_id: 9000002, ts, price: 'dear', quantity: '1', received_at: ts }),
          JSON.stringify({ ...trade, trade_id: 9000003, ts, price: '10800', quantity: '1', received_at: ts }),
        ];
        const key = `${KRAKEN.exchange}:${KRAKEN.symbol}`;
        const messages = texts.map((text) => ({ key, value: Buffer.from(text) }));
        await sendRaw(side.brokers, side.topics.get('trades') ?? '', messages);
        const at = { ts: NEWS.receivedAt, received_at: NEWS.receivedAt };
        await side.expectThere(
          [
            { ...at, trade_id: '9000001', price: '10800.125', quantity: '0.5' },
            { ...at, trade_id: '9000002', price: null, quantity: '1' },
            { ...at, trade_id: '9000003', price: '10800', quantity: '1' },
          ].map((row) => ({ table: 'trades', row: { ...trade, ...row } })),
        );
      },
      within,
    );

    test(
      'goes on while Tickwave is away, and another start makes nothing anew',
      async () => {
        await side.leave();
        await landing.trades(trades.slice(-AWAY).map(toTrade));
        await side.open();
        expect(side.engine.applied).toEqual({ made: [], statements: 0, left: [] });
        await side.expectThere(trades.slice(-AWAY));
      },
      within,
    );

    test(
      'predictions go to their topic, by key',
      async () => {
        const rows = otherRows(seed).filter(({ table }) => table === 'predictions');
        await load(side.client, RISINGWAVE, side.rig.catalog, rows, () => rows.length);
        await side.engine.refresh();
        const messages = await readTopic(
          side.brokers,
          side.topics.get('predictions_sink') ?? '',
          rows.length,
        );
        const newest = new Map(messages.map(({ key, value }) => [String(key), JSON.parse(String(value))]));
        expect([...newest.values()].map(told).sort()).toEqual(rows.map(({ row }) => told(row)).sort());
      },
      within,
    );
  });
}

const NEWS = {
  ...{ id: 'a1', source: 'feed', title: 'Üben "macht" \\ den\nMeister', summary: null, url: null },
  publishedAt: null,
  receivedAt: '2019-07-01T02:00:00.000Z',
};
const SCORE = {
  ...{ newsId: 'a1', asset: 'BTC', model: 'lexicon@1', score: -0.25, confidence: 1, reason: 'says so' },
  scoredAt: '2019-07-01T02:00:01.123Z',
};

/** The same as rows of tables. */
const TOLD: readonly LandingRow[] = [
  { table: 'heartbeats', row: { ...KRAKEN, minute: NEWS.receivedAt } },
  {
    table: 'news',
    row: {
      ...{ id: NEWS.id, source: NEWS.source, title: NEWS.title, summary: null, url: null },
      ...{ published_at: null, received_at: NEWS.receivedAt },
    },
  },
  {
    table: 'news_scores',
    row: {
      ...{ news_id: SCORE.newsId, asset: SCORE.asset, model: SCORE.model, score: SCORE.score },
      ...{ confidence: SCORE.confidence, reason: SCORE.reason, scored_at: SCORE.scoredAt },
    },
  },
];

function toTrade({ row }: LandingRow): Trade {
  return {
    exchange: String(row.exchange),
    symbol: String(row.symbol),
    tradeId: String(row.trade_id),
    ts: String(row.ts),
    price: String(row.price),
    quantity: String(row.quantity),
    side: row.side === 'sell' ? 'sell' : 'buy',
    receivedAt: String(row.received_at),
  };
}

/** Of a prediction what reads the same in every form of JSON. */
function told(row: Readonly<Record<string, unknown>>): string {
  return `${row.model} ${row.version} ${row.horizon_minutes} ${Number(row.base_price)} ${row.late}`;
}
