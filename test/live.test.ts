import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { FeedsReport } from '../api/schemas/feeds.ts';
import { microsOf } from '../connectors/instant.ts';
import { systemClock } from '../engine/clock.ts';
import { kraken } from './exchange/kraken.ts';
import { SimulatedExchange } from './exchange/simulatedExchange.ts';
import { type Cli, type Workplace, waitFor, workplace } from './support/cli.ts';

// `tickwave start` on live markets, as an operator runs it; the exchange is a simulated one on this machine.

const MARKETS = ['BTC/USD', 'ETH/USD'];

let exchange: SimulatedExchange;
let place: Workplace;
let running: Cli & { readonly api: string };

beforeAll(async () => {
  exchange = await SimulatedExchange.open({
    dialect: kraken,
    clock: systemClock,
    seed: 11,
    markets: MARKETS.length,
    tradesPerSecond: 20,
    historyMs: 900_000,
  });
  place = workplace({
    FEED: 'auto',
    MARKETS: [...MARKETS, 'NOPE/USD'].join(','),
    EXCHANGE_URLS: `kraken=${exchange.websocketUrl},kraken=${exchange.restUrl}`,
    HISTORY_HOURS: '0.2',
  });
  running = await place.start();
}, 120_000);

afterAll(async () => {
  await place.remove();
  await exchange.close();
}, 120_000);

async function feeds(): Promise<FeedsReport> {
  const answer = await fetch(`${running.api}/v1/feeds`);
  return (await answer.json()) as FeedsReport;
}

function standing({ markets }: FeedsReport, symbol: string): string | undefined {
  return markets.find((market) => market.symbol === symbol)?.state;
}

async function rows<Row extends pg.QueryResultRow>(sql: string): Promise<readonly Row[]> {
  const { stdout } = await place.run('psql', '--print');
  const client = new pg.Client({ connectionString: stdout.trim() });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

// One statement, so one snapshot: a gap is on record before any trade behind it.
const STORED = `select symbol, trade_id::text as id, trim_scale(price)::text as price, trim_scale(quantity)::text as quantity, side,
  (extract(epoch from ts) * 1000000)::bigint::text as micros from trades where exchange = 'kraken' and not exists (select from trade_gaps where status = 'detected')
  order by symbol, trades.trade_id`;

interface Stored extends pg.QueryResultRow {
  readonly symbol: string;
  readonly id: string;
  readonly price: string;
  readonly quantity: string;
  readonly side: string;
  readonly micros: string;
}

/** A decimal without the zeros that say nothing. */
function trimmed(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}

/** Waits until all that was traded up to now is stored, and compares it with what the exchange knows. */
async function expectEverything(): Promise<void> {
  const upTo = new Map(exchange.tape.markets.map(({ symbol, trades }) => [symbol, trades.at(-1)?.id ?? 0]));
  const stored = await waitFor('every trade', async () => {
    const found = await rows<Stored>(STORED);
    const last = new Map(found.map(({ symbol, id }) => [symbol, Number(id)]));
    // A market is live with its first fifty trades, a moment before its history is asked for.
    const begun = MARKETS.every((symbol) => found.filter((row) => row.symbol === symbol).length > 100);
    const reached = begun && MARKETS.every((symbol) => (last.get(symbol) ?? 0) >= (upTo.get(symbol) ?? 0));
    return reached && found;
  });
  for (const { symbol, trades } of exchange.tape.markets) {
    const here = stored.filter((row) => row.symbol === symbol && Number(row.id) <= (upTo.get(symbol) ?? 0));
    const first = Number(here[0]?.id);
    const made = trades.filter(({ id }) => id >= first && id <= (upTo.get(symbol) ?? 0));
    expect(here.length).toBeGreaterThan(100);
    expect(here).toEqual(
      made.map(({ row, id }) => ({
        symbol,
        id: String(id),
        price: trimmed(row.price),
        quantity: trimmed(row.quantity),
        side: row.side,
        micros: String(microsOf(row.ts)),
      })),
    );
  }
}

describe('tickwave start on live markets', () => {
  test('says so on its first line and over HTTP', async () => {
    expect(running.stdout().split('\n')[0]).toBe('Tickwave: live kraken BTC/USD, ETH/USD, NOPE/USD');
    expect(await feeds()).toMatchObject({ kind: 'live' });
  });

  test('stores history and live trades, all of them', async () => {
    await waitFor('two live markets', async () => {
      const report = await feeds();
      return MARKETS.every((symbol) => standing(report, symbol) === 'live');
    });
    await expectEverything();
  });

  test('shows a market that the exchange refuses in its words', async () => {
    const refused = await waitFor('the refusal', async () => {
      const { markets } = await feeds();
      return markets.find(({ symbol, state }) => symbol === 'NOPE/USD' && state === 'rejected') ?? null;
    });
    expect(refused.words).toContain('NOPE/USD');
    expect((await place.run('status')).stdout).toContain(refused.words);
  });

  test('misses nothing when it is killed, and when the line is cut', async () => {
    running.signal('SIGKILL');
    await running.ended;
    running = await place.start();
    await waitFor('a line', async () => exchange.lines.size > 0);
    for (const line of exchange.lines) line.destroy();
    await waitFor('another line', async () => exchange.lines.size > 0);
    await expectEverything();
    // Minutes behind a hole that is open come later, so in one statement, too.
    const minutes = await waitFor('no open hole', async () => {
      const found = await rows<{ missing: string }>(
        `select extract(epoch from max(minute) - min(minute))::int / 60 + 1 - count(*) as missing from heartbeats
         where not exists (select from trade_gaps where status = 'detected') group by symbol`,
      );
      return found.length === MARKETS.length && found;
    });
    expect(minutes.map(({ missing }) => Number(missing))).toEqual([0, 0]);
  });
});

test('what is recorded replays into the same trades', async () => {
  const file = join(place.dataDir, '..', 'frames.ndjson.gz');
  const recorded = await place.run('record', '--out', file, '--for', '3');
  expect([recorded.code, existsSync(file)]).toEqual([0, true]);
  const other = workplace();
  try {
    const replayed = await other.run('replay', '--json', file);
    expect([replayed.code, replayed.stderr]).toEqual([0, expect.any(String)]);
    const report = JSON.parse(replayed.stdout) as { rows: number; bad: number };
    expect(report).toMatchObject({ bad: 0 });
    expect(report.rows).toBeGreaterThan(50);
  } finally {
    await other.remove();
  }
}, 60_000);
