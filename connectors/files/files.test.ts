import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { csvFields, headerOf } from './csvRow.ts';
import { lineBatches } from './lines.ts';
import { madeUpId, Sequence } from './sequence.ts';
import { TickRule } from './tickRule.ts';

async function* inPieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0;
  for (let i = 0; start < bytes.length; i++) {
    const size = sizes[i % Math.max(1, sizes.length)] ?? 7;
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

describe('lineBatches', () => {
  test('gives the same lines in whatever pieces the bytes come', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', ',', 'é', '"', ' '), maxLength: 30 });
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line),
        sizes,
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        async (lines, pieces, end, last) => {
          const text = lines.join(end) + (last && lines.length > 0 ? end : '');
          const read: string[] = [];
          let number = 0;
          for await (const batch of lineBatches(inPieces(Buffer.from(text), pieces), 1000)) {
            for (const found of batch) {
              expect(found.number).toBe(++number);
              read.push(found.bytes.toString('utf8'));
            }
          }
          const expected = text.split(end);
          if (expected.at(-1) === '') expected.pop();
          expect(read).toEqual(expected);
        },
      ),
    );
  });

  test('cuts a line at the limit, tells its length, and goes on', async () => {
    const bytes = Buffer.from(`short\n${'x'.repeat(1_000_000)}\nnext`);
    const lines = [];
    for await (const batch of lineBatches(inPieces(bytes, [65_536]), 100)) lines.push(...batch);
    expect(lines.map((line) => [line.number, line.bytes.length, line.length])).toEqual([
      [1, 5, 5],
      [2, 100, 1_000_000],
      [3, 4, 4],
    ]);
  });
});

describe('csvFields', () => {
  test('splits, trims and unquotes', () => {
    expect(csvFields('a, b ,c')).toEqual(['a', 'b', 'c']);
    expect(csvFields('"a, ""b""",c')).toEqual(['a, "b"', 'c']);
    expect(() => csvFields('"a')).toThrow('closed quotes');
  });
  test('tells a header from data', () => {
    expect(headerOf(['Time', 'Open Price'])).toEqual(['time', 'open price']);
    expect(headerOf(['kraken', 'BTC/USD', '1'])).toBeNull();
    expect(headerOf(['true', 'NaN'])).toBeNull();
  });
});

describe('made-up ids', () => {
  test('are unique, grow with time and keep the file’s order within an instant', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 200 }), (seconds) => {
        const sequence = new Sequence();
        const rows = seconds.map((second) => {
          const micros = (1_723_075_200 + second) * 1_000_000;
          return { micros, id: BigInt(madeUpId(micros, sequence.next(micros))) };
        });
        expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
        for (const [i, a] of rows.entries()) {
          for (const b of rows.slice(i + 1)) expect(a.id < b.id).toBe(a.micros <= b.micros);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('stay unique for rows that come long after their time, and fit a bigint', () => {
    const sequence = new Sequence();
    const ids = new Set<string>();
    for (let i = 0; i < 100_000; i++) ids.add(madeUpId(i, sequence.next(i)));
    for (let i = 0; i < 1000; i++) ids.add(madeUpId(i, sequence.next(i)));
    expect(ids.size).toBe(101_000);
    expect(BigInt(madeUpId(Date.UTC(2255, 0) * 1000, 2_000_000)) < 2n ** 63n).toBe(true);
  });
});

test('the tick rule takes a rise for a buy, a fall for a sell, and no change for the same again', () => {
  const rule = new TickRule();
  expect(['10', '10.0', '9.9', '9.9', '10', '10'].map((price) => rule.next(price))).toEqual([
    ...['buy', 'buy', 'sell', 'sell', 'buy', 'buy'],
  ]);
});
