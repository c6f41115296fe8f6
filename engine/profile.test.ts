import { describe, expect, test } from '@jest/globals';
import { type BatchTable, batchInsert } from './batchInsert.ts';
import { detectProfile, POSTGRES, profileOf, RISINGWAVE, statementTimeout } from './profile.ts';

describe('the engine behind an address', () => {
  test.each([
    ['PostgreSQL 18.4 on x86_64-pc-linux-gnu, compiled by gcc', POSTGRES],
    ['PostgreSQL 13.14.0-RisingWave-2.8.5 (b9a1a6d)', RISINGWAVE],
    ['', POSTGRES],
  ])('%s', (version, profile) => {
    expect(profileOf(version)).toBe(profile);
  });

  test('is asked for its version', async () => {
    const asked: string[] = [];
    const client = {
      query: (text: string) => {
        asked.push(text);
        return Promise.resolve({ rows: [{ version: 'PostgreSQL 13.14.0-RisingWave-2.8.5 (b9a1a6d)' }] });
      },
    };
    expect(await detectProfile(client as unknown as Parameters<typeof detectProfile>[0])).toBe(RISINGWAVE);
    expect(asked).toEqual(['select version() as version']);
  });

  test('a time-out has a unit', () => {
    expect(statementTimeout(5000)).toBe("set statement_timeout = '5s'");
    expect(statementTimeout(1)).toBe("set statement_timeout = '1s'");
  });
});

describe('rows in one statement', () => {
  const table: BatchTable = {
    name: 'trades',
    columns: [
      { name: 'symbol', type: 'varchar' },
      { name: 'trade_id', type: 'bigint' },
      { name: 'price', type: 'numeric' },
    ],
    key: ['symbol', 'trade_id'],
    keepsFirst: true,
  };
  const rows =
    "insert into trades (symbol, trade_id, price) select x->>'symbol', (x->>'trade_id')::bigint, (x->>'price')::numeric from (select jsonb_array_elements($1::jsonb) as x) t";

  test('where the table decides about conflicts the statement says nothing', () => {
    expect(batchInsert(RISINGWAVE, table)).toBe(rows);
    expect(batchInsert(RISINGWAVE, { ...table, keepsFirst: false })).toBe(rows);
  });

  test('where the statement decides it says what the table says', () => {
    expect(batchInsert(POSTGRES, table)).toBe(`${rows} on conflict (symbol, trade_id) do nothing`);
    expect(batchInsert(POSTGRES, { ...table, keepsFirst: false })).toBe(
      `${rows} on conflict (symbol, trade_id) do update set price = excluded.price`,
    );
  });

  test('a name that is none is refused', () => {
    expect(() => batchInsert(POSTGRES, { ...table, name: 'trades; drop table x' })).toThrow('no plain name');
  });
});
