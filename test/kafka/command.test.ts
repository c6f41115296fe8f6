import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import type { FeedsReport } from '../../api/schemas/feeds.ts';
import { systemClock } from '../../engine/clock.ts';
import { kraken } from '../exchange/kraken.ts';
import { SimulatedExchange } from '../exchange/simulatedExchange.ts';
import { type Cli, type Workplace, waitFor, workplace } from '../support/cli.ts';
import { describeWithKafka } from './describe.ts';

// `tickwave engine` and `tickwave connect` as two processes with a broker between them, as on a cluster.

describeWithKafka('tickwave engine and tickwave connect over Kafka', (broker) => {
  let exchange: SimulatedExchange;
  let place: Workplace;
  let engine: Cli & { readonly api: string };
  let connector: Cli;

  beforeAll(async () => {
    exchange = await SimulatedExchange.open({
      dialect: kraken,
      clock: systemClock,
      seed: 5,
      markets: 2,
      tradesPerSecond: 20,
      historyMs: 900_000,
    });
    place = workplace({
      FEED: 'live',
      MARKETS: exchange.symbols.join(','),
      EXCHANGE_URLS: `kraken=${exchange.websocketUrl},kraken=${exchange.restUrl}`,
      HISTORY_HOURS: '0.2',
      KAFKA_BROKERS: broker().address,
    });
    engine = await place.startVerb('engine');
    connector = place.spawn(['connect']);
  }, 120_000);

  afterAll(async () => {
    await place.remove();
    await exchange.close();
  }, 120_000);

  async function query<Row extends pg.QueryResultRow>(sql: string): Promise<readonly Row[]> {
    const { stdout } = await place.run('psql', '--print');
    const client = new pg.Client({ connectionString: stdout.trim() });
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** Waits until the ledger is closed and what was traded before this call is in the table. */
  async function expectEverything(): Promise<void> {
    const upTo = exchange.tape.markets.map(({ symbol, trades }) => ({ symbol, id: trades.at(-1)?.id ?? 0 }));
    await waitFor('every trade', async () => {
      const open = await query(`select 1 from trade_gaps where status = 'detected'`);
      const rows = await query<{ symbol: string; last: string }>(
        'select symbol, max(trade_id)::text as last from trades group by symbol',
      );
      const last = new Map(rows.map((row) => [row.symbol, Number(row.last)]));
      return open.length === 0 && upTo.every(({ symbol, id }) => (last.get(symbol) ?? 0) >= id);
    });
    // What was repaired is on its way through the topic when the ledger says so.
    const missing = await waitFor('no id missing', async () => {
      const rows = await query<{ missing: string }>(
        'select max(trade_id) - min(trade_id) + 1 - count(*) as missing from trades group by symbol',
      );
      return rows.length === 2 && rows.every((row) => row.missing === '0') && rows;
    });
    expect(missing).toHaveLength(2);
  }

  test('trades pass from the exchange over the topics into the views', async () => {
    await expectEverything();
    // The history may not be asked for yet, and views come after their tables.
    await waitFor('all of it in the views', async () => {
      const [row] = await query<{ trades: string; candles: string }>(
        'select (select count(*) from trades) as trades, (select sum(trades) from candles_1m) as candles',
      );
      return Number(row?.candles) > 1000 && row?.candles === row?.trades;
    });
    const answer = await fetch(`${engine.api}/v1/feeds`);
    const { kafka } = (await answer.json()) as FeedsReport;
    expect(kafka).toMatchObject({ connected: true, error: null });
    expect(kafka?.lag).not.toBeNull();
  });

  test('either may be killed and started again', async () => {
    connector.signal('SIGKILL');
    await connector.ended;
    engine.signal('SIGKILL');
    await engine.ended;
    engine = await place.startVerb('engine');
    connector = place.spawn(['connect']);
    await waitFor('a line', async () => exchange.lines.size > 0);
    await expectEverything();
  });

  test('both end in order though the broker is away', async () => {
    await broker().kill();
    connector.signal('SIGTERM');
    expect((await connector.ended).code).toBe(0);
    engine.signal('SIGTERM');
    expect((await engine.ended).code).toBe(0);
  });
});
