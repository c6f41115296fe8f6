import { PostgresLanding } from '../../connectors/postgresLanding.ts';

const BTC = { exchange: 'kraken', symbol: 'BTC/USD' } as const;
const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const hole = {
  ...BTC,
  fromId: '4',
  toId: '9',
  fromTs: at(1),
  toTs: at(2),
  missing: 6,
  cause: 'reconnect',
} as const;

/** One of everything that connectors write, a file and its position in one; written again it changes nothing. */
export async function landEverything(url: string): Promise<void> {
  const landing = new PostgresLanding({ connection: url, durable: true });
  try {
    await landing.chunk({
      trades: ['1', '2', '3'].map((tradeId) => ({
        ...{
          ...BTC,
          tradeId,
          ts: at(1),
          price: '100.10',
          quantity: '0.5',
          side: 'buy' as const,
          receivedAt: at(1),
        },
      })),
      heartbeats: [{ ...BTC, minute: at(1) }],
      candles: [
        {
          ...{ ...BTC, windowStart: at(0), open: '1', high: '3', low: '0.5', close: '2', volume: '10' },
          ...{ notional: null, trades: 7, takerBuyVolume: '4.20' },
        },
      ],
      deadLetters: [
        {
          source: 'import',
          place: 'f:3',
          reason: "price is 'x'",
          raw: Buffer.from('x\0'),
          receivedAt: at(3),
        },
      ],
      positions: [
        { source: 'import', path: '/f', contentHash: 'h', rowsDone: 5, done: true, updatedAt: at(3) },
      ],
    });
    await landing.gaps([{ ...hole, repaired: 0, status: 'detected', detectedAt: at(2), closedAt: null }]);
    await landing.gaps([{ ...hole, repaired: 6, status: 'repaired', detectedAt: at(5), closedAt: at(6) }]);
    await landing.news([
      {
        ...{ id: 'n', source: 'wire', title: 'It "rises"', summary: null, url: null, publishedAt: null },
        receivedAt: at(4),
      },
    ]);
    await landing.newsScores([
      {
        newsId: 'n',
        asset: 'BTC',
        model: 'lexicon@1',
        score: 0.25,
        confidence: 1,
        reason: 'x',
        scoredAt: at(4),
      },
    ]);
  } finally {
    await landing.close().catch(() => {});
  }
}

/** Tables that it writes to. */
export const LANDED = [
  'trades',
  'heartbeats',
  'candles_imported',
  'dead_letters',
  'file_positions',
  'trade_gaps',
  'news',
  'news_scores',
] as const;
