import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Trade } from '../../connectors/landing.ts';
import { waitFor } from '../support/cli.ts';
import { describeWithKafka } from './describe.ts';
import { Rig } from './rig.ts';
import { madeUpTrades } from './trades.ts';

// A million trades in CI (REQUIRE_KAFKA=1) or when asked for (KAFKA_TRADES=1000000); a few in a plain `npm test`.
const count = Number(process.env.KAFKA_TRADES ?? (process.env.REQUIRE_KAFKA === '1' ? 1_000_000 : 50_000));
const BATCH = 2_000;
/** Decimal places of made-up prices and quantities. */
const [PRICE_PLACES, QUANTITY_PLACES] = [8, 18];
let rig: Rig;

describeWithKafka(`${count} trades through Kafka`, (broker) => {
  beforeAll(async () => {
    rig = await Rig.open(broker().address, 'million');
  });
  afterAll(() => rig.close());

  test('the totals are equal, to the last digit', async () => {
    const landing = await rig.landing({ partitions: 6 });
    const ingest = rig.ingest();
    const expected = new Totals();
    const started = performance.now();
    for (let from = 0; from < count; from += BATCH) {
      // Each batch its own exchange's ids, so that none repeats.
      const batch = madeUpTrades(Math.min(BATCH, count - from), from, `exchange ${from / BATCH}`);
      expected.add(batch);
      // Every tenth batch comes twice.
      await landing.trades(batch);
      if (from % (10 * BATCH) === 0) await landing.trades(batch);
    }
    const produced = performance.now();
    // As long as it moves on, it may take its time.
    for (let there = 0; there < count; ) {
      const before = there;
      await waitFor('more rows', async () => {
        there = ingest.state().rows;
        return there > before;
      });
    }
    const stored = performance.now();
    const { rows } = await rig.client.query<{ symbol: string; trades: string; notional: string }>(
      'select symbol, count(*) as trades, sum(price * quantity)::text as notional from trades group by symbol order by symbol',
    );
    expect(rows).toEqual(expected.rows());
    expect(landing.state().kafka).toMatchObject({ failures: 0, spooledRows: 0 });
    expect(ingest.state()).toMatchObject({ rows: count, deadLetters: 0 });
    const rate = (ms: number): string => `${Math.round(count / ms)} k/s`;
    console.log(
      `${count} trades: handed over and acknowledged at ${rate(produced - started)}, all in the table after ${((stored - started) / 1000).toFixed(1)} s (${rate(stored - started)})`,
    );
  }, 1_200_000);
});

/** Trades and their exact worth by market. */
class Totals {
  readonly #markets = new Map<string, { trades: number; notional: bigint }>();

  add(trades: readonly Trade[]): void {
    for (const { symbol, price, quantity } of trades) {
      const market = this.#markets.get(symbol) ?? { trades: 0, notional: 0n };
      market.trades++;
      market.notional += BigInt(price.replace('.', '')) * BigInt(quantity.replace('.', ''));
      this.#markets.set(symbol, market);
    }
  }

  rows(): { symbol: string; trades: string; notional: string }[] {
    const places = PRICE_PLACES + QUANTITY_PLACES;
    return [...this.#markets.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([symbol, { trades, notional }]) => {
        const digits = notional.toString().padStart(places + 1, '0');
        return {
          symbol,
          trades: String(trades),
          notional: `${digits.slice(0, -places)}.${digits.slice(-places)}`,
        };
      });
  }
}
