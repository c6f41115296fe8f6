import { expect, test } from '@jest/globals';
import { POSTGRES, RISINGWAVE } from '../profile.ts';
import { batchesOf, type Queryable, type WrittenRow, writeRows } from './writeRows.ts';

const rows = (count: number, note: string): WrittenRow[] =>
  Array.from({ length: count }, (_, id) => ({ id, note }));
const bytes = (text: string): number => Buffer.byteLength(text);

test.each([
  [0, 1000],
  [1, 1000],
  [50, 1000],
  [50, 100],
  [50, null],
])('%d rows in batches of at most %s bytes are all there, in their order', (count, most) => {
  const given = rows(count, 'né');
  const batches = [...batchesOf(given, most)];
  expect(batches.flatMap((text) => JSON.parse(text))).toEqual(given);
  expect(Math.max(...batches.map(bytes))).toBeLessThanOrEqual((most ?? Number.POSITIVE_INFINITY) + 2);
  expect(batches.length > 1).toBe(count === 50 && most !== null);
});

test('a row that is larger than the most goes alone', () => {
  const given = [...rows(2, 'small'), ...rows(1, 'x'.repeat(5000)), ...rows(2, 'small')];
  const batches = [...batchesOf(given, 1000)];
  expect(batches.map((text) => (JSON.parse(text) as unknown[]).length)).toEqual([2, 1, 2]);
});

test.each([
  [POSTGRES, 1],
  [RISINGWAVE, 4],
])('$name gets them in as many statements as it takes', async (profile, statements) => {
  const sent: string[] = [];
  const to = {
    query: async ({ values }: { values: string[] }) => {
      sent.push(values[0] ?? '');
      return { rowCount: (JSON.parse(values[0] ?? '') as unknown[]).length };
    },
  };
  const given = Array.from({ length: 3500 }, (_, index) => ({
    source: 'import',
    place: String(index),
    raw_base64: 'x'.repeat(1000),
  }));
  expect(await writeRows(to as unknown as Queryable, profile, 'dead_letters', given)).toBe(3500);
  expect(sent).toHaveLength(statements);
});
