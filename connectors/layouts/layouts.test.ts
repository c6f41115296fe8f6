import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { describeWithData } from '../../test/support/data.ts';
import { ManualClock } from '../../test/support/manualClock.ts';
import { type BadRow, type FileTrade, TradeFile, type TradeFileOptions } from '../files/tradeFile.ts';
import { isoOf } from '../instant.ts';
import { tradeLayouts } from './registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'tickwave-layouts-'));

afterAll(() => rmSync(folder, { recursive: true }));
const clock = new ManualClock(Date.UTC(2026, 10, 1));

async function rowsOf(options: TradeFileOptions): Promise<{ layout: string; rows: (FileTrade | BadRow)[] }> {
  const file = await TradeFile.open({ ...options, clock, source: 'replay', makeIds: false });
  const rows: (FileTrade | BadRow)[] = [];
  for (let batch = await file.next(); batch !== null; batch = await file.next()) rows.push(...batch);
  return { layout: file.layout.name, rows };
}
function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
const short = (row: FileTrade | BadRow | undefined): unknown =>
  row?.kind === 'trade'
    ? [row.exchange, row.symbol, row.tradeId, isoOf(row.micros), row.price, row.quantity, row.side].join(' ')
    : row?.letter.reason;

const COINBASE = {
  type: 'match',
  trade_id: 1052119289,
  side: 'sell',
  size: '0.2',
  price: '63514.6',
  product_id: 'BTC-USD',
  time: '2026-07-07T22:58:17.164892Z',
};
const OURS = {
  exchange: 'kraken',
  symbol: 'BTC/USD',
  trade_id: '7',
  ts: '2024-08-08T00:00:00Z',
  price: '1.50',
  quantity: '2',
  side: 'buy',
  received_at: '2024-08-08T00:00:01Z',
};
const KRAKEN_PAGE = {
  error: [],
  result: {
    XXBTZUSD: [['61500.1', '0.01', 1723075200.1234567, 'b', 'm', '', 70000001]],
    last: '1723075200123456789',
  },
};

describe('a layout is recognised by the file’s beginning', () => {
  test.each([
    [
      'kraken-csv',
      'XBTUSD.csv',
      '1723075200,61500.1,0.01\n',
      'kraken BTC/USD  2024-08-08T00:00:00.000Z 61500.1 0.01 buy',
    ],
    [
      'kraken-rest',
      'pages.ndjson',
      `${JSON.stringify(KRAKEN_PAGE)}\n`,
      'kraken BTC/USD 70000001 2024-08-08T00:00:00.123457Z 61500.1 0.01 buy',
    ],
    [
      'kraken-rest',
      'page.json',
      JSON.stringify(KRAKEN_PAGE, null, 2),
      'kraken BTC/USD 70000001 2024-08-08T00:00:00.123457Z 61500.1 0.01 buy',
    ],
    [
      'cryptuoso',
      'trades1.csv',
      'exchange,symbol,time_ms,timestamp,side,price,amount\nkraken,BTC/USD,1561939203172,x,sell,10749.4,0.004\n',
      'kraken BTC/USD  2019-07-01T00:00:03.172Z 10749.4 0.004 sell',
    ],
    [
      'binance-trades',
      'ETHBTC-trades-2025-01-01.csv',
      '1,0.03,2.5,0.075,1735689600000123,True,True\n',
      'binance ETH/BTC 1 2025-01-01T00:00:00.000123Z 0.03 2.5 sell',
    ],
    [
      'binance-trades',
      'BTCUSDT-trades-2.csv',
      'id,price,qty,quote_qty,time,is_buyer_maker\n"1","61500.1","2.5",1,1723075200000,false\n',
      'binance BTC/USDT 1 2024-08-08T00:00:00.000Z 61500.1 2.5 buy',
    ],
    [
      'binance-aggtrades',
      'BTCUSDT-aggTrades-1.csv',
      '9,61500.1,2.5,100,103,1723075200000,true,true\r\n',
      'binance BTC/USDT 9 2024-08-08T00:00:00.000Z 61500.1 2.5 sell',
    ],
    [
      'binance-recorded',
      'btcusdt.csv',
      '\uFEFFrecv_ns,event_ms,trade_ms,trade_id,price,qty,is_buyer_maker\n1723161254087896568,1,1723161255342,5,61837.63000000,0.02,1\n',
      'binance BTC/USDT 5 2024-08-08T23:54:15.342Z 61837.63000000 0.02 sell',
    ],
    [
      'coinbase',
      'frames.ndjson',
      `{"type":"subscriptions"}\n${JSON.stringify(COINBASE)}\n`,
      'coinbase BTC/USD 1052119289 2026-07-07T22:58:17.164892Z 63514.6 0.2 buy',
    ],
    [
      'coinbase',
      'ETH-USD.json',
      JSON.stringify([{ ...COINBASE, side: 'buy', product_id: undefined }], null, 1),
      'coinbase ETH/USD 1052119289 2026-07-07T22:58:17.164892Z 63514.6 0.2 sell',
    ],
    [
      'tickwave',
      'ours.ndjson',
      `${JSON.stringify(OURS)}\n`,
      'kraken BTC/USD 7 2024-08-08T00:00:00.000Z 1.50 2 buy',
    ],
  ])('%s from %s', async (layout, name, text, expected) => {
    const read = await rowsOf({ path: written(name, text) });
    expect([read.layout, read.rows.map(short)]).toEqual([layout, [expected]]);
  });

  test('a mapping names columns, or numbers them', async () => {
    const named = written(
      'any.csv',
      'Id,When,Price,Amount,Side\n5,2024-08-08 00:00:00.5,1.5,2,BUY\n6,x,1,1,buy\n',
    );
    const map = 'ts=when:iso,price=price,quantity=amount,side=side,trade_id=id';
    const read = await rowsOf({ path: named, map, exchange: 'okx', symbol: 'btc-usdt' });
    expect(read.rows.map(short)).toEqual([
      'okx BTC/USDT 5 2024-08-08T00:00:00.500Z 1.5 2 buy',
      'ts is "x"; expected ISO 8601 such as 2024-08-08T23:59:59.123456Z.',
    ]);
    const numbered = written('bare.csv', '1723075200;\n1723075200,1.5,2,true\n');
    await expect(rowsOf({ path: numbered, map: 'ts=1:s,price=2,quantity=9' })).rejects.toThrow(
      'column 2 is not in',
    );
    await expect(rowsOf({ path: named, map: 'ts=when,price=price' })).rejects.toThrow('has no quantity');
    await expect(rowsOf({ path: named, map: 'ts=when:min,price=price' })).rejects.toThrow('unit');
    await expect(rowsOf({ path: named, map: 'colour=red' })).rejects.toThrow('colour=red');
  });

  test('says which layouts there are when none fits, and what is missing when a market is not named', async () => {
    const strange = written('strange.csv', 'a,b\n1,2\n');
    const error: unknown = await rowsOf({ path: strange }).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('it begins with "a,b"');
    for (const layout of tradeLayouts) expect(String(error)).toContain(layout.name);
    await expect(rowsOf({ path: written('empty.csv', '') })).rejects.toMatchObject({
      code: 'unknown-layout',
    });
    await expect(rowsOf({ path: strange, layout: 'nonsense' })).rejects.toThrow('use one of kraken-csv');
    const nameless = written('dump.csv', '1723075200,61500.1,0.01\n');
    await expect(rowsOf({ path: nameless })).rejects.toThrow('Give --symbol BTC/USD.');
  });
});

describe('whatever a line holds', () => {
  const noise = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[\d.,e+-]{0,60}$/),
    fc.json(),
    fc.constantFrom(
      '{"type":"match"}',
      '{"result":{"XXBTZUSD":[[]]}}',
      '{"result":{"A":{}}}',
      '[]',
      'null',
      '"',
      ',,,,,,,',
    ),
  );
  test.each([
    ['XBTUSD-fuzz.csv', '1723075200,61500.1,0.01'],
    ['BTCUSDT-fuzz.csv', '1,61500.1,2.5,1,1723075200000,true,true'],
    ['frames-fuzz.ndjson', JSON.stringify(COINBASE)],
    ['pages-fuzz.ndjson', JSON.stringify(KRAKEN_PAGE)],
    ['ours-fuzz.ndjson', JSON.stringify(OURS)],
  ])('%s: it is a trade or a dead letter, and its neighbours are read', async (name, good) => {
    await fc.assert(
      fc.asyncProperty(fc.array(noise, { maxLength: 20 }), async (lines) => {
        const clean = lines.map((line) => line.replaceAll(/[\r\n]/g, ' '));
        const { rows } = await rowsOf({ path: written(name, [good, ...clean, good].join('\n')) });
        expect(rows[0]?.kind).toBe('trade');
        expect(rows.at(-1)?.kind).toBe('trade');
        for (const row of rows) {
          if (row.kind !== 'trade') continue;
          expect(row.price).toMatch(/^\d+(\.\d+)?$/);
          expect(Number(row.price) > 0 && Number(row.quantity) > 0).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describeWithData(
  'recorded frames',
  ['messages/flashbook/coinbase_live-btc-eth.ndjson', 'messages/xchange/kraken_trades.json'],
  (coinbase, kraken) => {
    test('of Coinbase give its matches, and of Kraken its trades', async () => {
      const frames = await rowsOf({ path: coinbase ?? '' });
      expect(frames.rows.filter((row) => row.kind === 'bad').map(short)).toEqual([]);
      expect(frames.rows.length).toBeGreaterThan(400);
      expect((await rowsOf({ path: kraken ?? '' })).rows.map(short).slice(0, 1)).toEqual([
        'kraken BTC/USD  2013-11-27T19:17:21.777400Z 1023.82219 0.00435995 sell',
      ]);
    });
  },
);
