import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildCatalog } from '../catalog/catalog.ts';
import { readRow } from './row.ts';
import { type KafkaTable, KafkaTableError, kafkaTables } from './table.ts';

const table = (columns: string, tail = '', key = 'id'): KafkaTable => {
  const text = `-- Events.\n-- grain: id\n-- time: ts\n-- why: a test.\ncreate table events (\n  id bigint, -- id\n${columns}  primary key (${key})\n) ${tail || 'on conflict do nothing'}\nwith (connector = 'kafka', topic = 'events') format plain encode json;`;
  const [found] = kafkaTables(buildCatalog(new Map([['landing/events.sql', text]])));
  if (!found) throw new Error('no table');
  return found;
};
const wide = table(
  '  ts timestamptz, -- a\n  amount numeric, -- a\n  score double precision, -- a\n  small smallint, -- a\n  yes boolean, -- a\n  name varchar, -- a\n  more jsonb, -- a\n',
);
const read = (text: string) =>
  readRow(wide, { topic: 'events', partition: 0, offset: 0, value: Buffer.from(text), key: null, size: 0 });

test.each([
  ['"ts":"2024-02-29T23:59:59.123456Z"', 1, '2024-02-29T23:59:59.123456Z'],
  ['"ts":"2024-02-29 23:59:59+05:30"', 1, '2024-02-29 23:59:59+05:30'],
  ['"ts":1709251199123', 1, '2024-02-29T23:59:59.123Z'],
  ['"amount":"0.10000000000000000000001"', 2, '0.10000000000000000000001'],
  ['"amount":0.10000000000000000000001', 2, '0.10000000000000000000001'],
  ['"amount":-12e3', 2, '-12e3'],
  ['"score":"1.5"', 3, '1.5'],
  ['"score":-0.25', 3, '-0.25'],
  ['"small":-32768', 4, '-32768'],
  ['"yes":true', 5, 't'],
  ['"name":"\\u00fc \\"x\\""', 6, 'ü "x"'],
  ['"more":{"a":[1]}', 7, '{"a":[1]}'],
  ['"amount":null', 2, null],
  ['"unknown":{"x":1}', 2, null],
])('takes %s', (field, column, value) => {
  const result = read(`{"id":1,${field}}`);
  expect('row' in result ? result.row[column] : result.reason).toBe(value);
});

test.each([
  ['"ts":"2023-02-29T00:00:00Z"', 'ts is "2023-02-29T00:00:00Z"'],
  ['"ts":"2024-01-01T24:00:00Z"', 'ts is'],
  ['"ts":"yesterday"', 'ts is "yesterday"'],
  ['"ts":1e300', 'ts is 1e300'],
  ['"ts":1.5', 'ts is 1.5'],
  ['"amount":"NaN"', 'amount is "NaN"'],
  ['"amount":"0x10"', 'amount is "0x10"'],
  ['"amount":{"isLosslessNumber":true,"value":"5"}', 'amount is {'],
  ['"score":"Infinity"', 'score is "Infinity"'],
  ['"score":1e999', 'score is Infinity'],
  ['"small":32768', 'small is 32768'],
  ['"yes":1', 'yes is 1'],
  ['"name":"\\ud800"', 'name is'],
  ['"name":"a\\u0000"', 'name is'],
])('refuses %s', (field, reason) => {
  const result = read(`{"id":1,${field}}`);
  expect('reason' in result ? result.reason : result.row).toContain(reason);
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        fc.json().map((text) => Buffer.from(text)),
        fc
          .record({ id: fc.jsonValue(), ts: fc.jsonValue(), amount: fc.jsonValue(), name: fc.jsonValue() })
          .map((fields) => Buffer.from(JSON.stringify(fields))),
      ),
      (value) => {
        const result = readRow(wide, { topic: 'events', partition: 0, offset: 0, value, key: null, size: 0 });
        expect('row' in result ? result.row.length : result.reason.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 500 },
  );
});

test('tables that can’t be kept exactly once are refused', () => {
  expect(() => table('  ts timestamptz, -- a\n', ' ')).toThrow(KafkaTableError);
});
