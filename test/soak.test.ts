import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Exchange } from '../connectors/exchanges/exchange.ts';
import { LiveFeed } from '../connectors/exchanges/feed/liveFeed.ts';
import { exchangeNamed } from '../connectors/exchanges/registry.ts';
import { binance } from './exchange/binance.ts';
import { coinbase } from './exchange/coinbase.ts';
import type { Dialect } from './exchange/dialect.ts';
import { kraken } from './exchange/kraken.ts';
import type { FeedLife, SoakResult, SoakStore } from './exchange/soak/options.ts';
import { soak } from './exchange/soak/soak.ts';
import { memoryStore, postgresStore } from './exchange/soak/stores.ts';
import { type TestDatabase, testDatabase } from './support/database.ts';
import { createLandingTables } from './support/landingTables.ts';

// Live feeds against simulated exchanges on which everything goes wrong, killed again and again. In the end what is
// stored is exactly what happened. See docs/testing.md.

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
/** Of the exchange. */
const MINUTES = Number(process.env.SOAK_MINUTES ?? 3);
/** A minute of the exchange takes half a second. */
const FACTOR = 120;
/** The clock waits for a busy machine, and the feed for its last pauses to end. */
const TIMEOUT_MS = (6 * (MINUTES + 60) * 60_000) / FACTOR + 60_000;

/** So that three markets take two connections. */
const PER_CONNECTION = 2;

async function feed({ exchange, landing, memory, clock, random, signal, ignored }: FeedLife): Promise<void> {
  const protocol: Exchange = exchangeNamed(exchange.dialect.name);
  const live = new LiveFeed({
    exchange: { ...protocol, limits: { ...protocol.limits, symbolsPerConnection: PER_CONNECTION } },
    symbols: exchange.symbols,
    landing,
    memory,
    clock,
    random,
    urls: { websocket: exchange.websocketUrl, rest: exchange.restUrl },
    historyHours: 0.1,
    resumeHours: 24,
  });
  try {
    await live.run(signal);
  } finally {
    ignored(live.state().markets.reduce((sum, { counts }) => sum + counts.duplicates, 0));
  }
}

function start(dialect: Dialect, store: SoakStore): Promise<SoakResult> {
  const soaking = soak({ dialect, seed: SEED, minutes: MINUTES, factor: FACTOR, store, feed });
  // A failure is of interest to its own test only.
  soaking.catch(() => undefined);
  return soaking;
}

describe('in the end everything is stored that happened, and nothing else', () => {
  let database: TestDatabase;
  let soaks: ReadonlyMap<string, Promise<SoakResult>> = new Map();

  // Side by side, for most of the time they wait.
  beforeAll(async () => {
    database = await testDatabase();
    await createLandingTables(database.url);
    soaks = new Map([
      ['Kraken, in memory', start(kraken, memoryStore())],
      ['Coinbase, in PostgreSQL', start(coinbase, postgresStore(database.url))],
      ['Binance, in memory', start(binance, memoryStore())],
    ]);
  });

  afterAll(() => database.drop());

  test.each(['Kraken, in memory', 'Coinbase, in PostgreSQL', 'Binance, in memory'])(
    '%s',
    async (name) => {
      const result = await soaks.get(name);
      process.stderr.write(`${result?.summary}\n`);
      const replay = `SEED=${SEED} SOAK_MINUTES=${MINUTES} replays it. Faults: ${result?.schedule}\n`;
      if (result?.wrong.length !== 0) process.stderr.write(replay);
      expect(result?.wrong.slice(0, 20)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
