import { expect, test } from '@jest/globals';
import { moments } from './cursor.ts';

const KEY = ['symbol', 'minute'];
const row = (op: string, at: string, minute: number, close: number) => ({
  op,
  rw_timestamp: at,
  symbol: 'BTC/USD',
  minute,
  close,
});
const key = (minute: number) => ({ symbol: 'BTC/USD', minute });

test('changes of one barrier are one moment, an update is told by the row it leaves', () => {
  const found = moments(
    [
      row('Insert', '1000', 1, 10),
      row('UpdateDelete', '1000', 0, 8),
      row('UpdateInsert', '1000', 0, 9),
      row('Delete', '2000', 1, 10),
    ],
    KEY,
  );
  expect(found).toEqual([
    {
      at: '1000',
      changes: [
        { op: 'insert', key: key(1), row: { ...key(1), close: 10 } },
        { op: 'update', key: key(0), row: { ...key(0), close: 9 } },
      ],
    },
    { at: '2000', changes: [{ op: 'delete', key: key(1), row: null }] },
  ]);
});

test('an update that moves a row to another key is a row that goes and one that comes', () => {
  const [moment] = moments([row('UpdateDelete', '1', 0, 8), row('UpdateInsert', '1', 5, 8)], KEY);
  expect(moment?.changes.map((change) => [change.op, change.key])).toEqual([
    ['delete', key(0)],
    ['insert', key(5)],
  ]);
});
