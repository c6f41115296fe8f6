import { describe, expect, test } from '@jest/globals';
import { buildCatalog, loadCatalog, UnknownObjectError } from './catalog/catalog.ts';
import { explainView, refreshSql } from './explain.ts';

const catalog = await loadCatalog(new URL('../sql', import.meta.url).pathname);

function withView(select: string, header: string): ReturnType<typeof buildCatalog> {
  const table = `-- Ticks: one row per market and id.\ncreate table ticks (\n market varchar,\n id bigint,\n ts timestamptz,\n price numeric,\n primary key (market, id)\n);`;
  return buildCatalog(
    new Map([
      ['landing/ticks.sql', table],
      ['candles/v.sql', `-- A view: one row each.\n${header}\ncreate materialized view v as\n${select};`],
    ]),
  );
}

describe('what sql/ costs', () => {
  test('grouping by buckets costs the rows of the slice', () => {
    expect(explainView(catalog, 'candles_1s').stored).toMatchObject({
      partition: ['exchange', 'symbol'],
      sliceTime: 'window_start',
      cost: 'O(rows of slice)',
      form: { kind: 'plain', why: null },
      fallbacks: [],
      inputs: [
        {
          relation: 'trades',
          scope: 'slices',
          time: { column: 'ts', steps: ['down to a multiple of 1 second'] },
          reach: null,
        },
      ],
    });
  });

  test('bounded windows cost their reach, row by row where the slice is short', () => {
    const { stored } = explainView(catalog, 'trend');
    expect(stored).toMatchObject({
      cost: 'O(rows of slice + reach)',
      form: { kind: 'rows' },
      inputs: [{ reach: { back: '599 rows', ahead: 'nothing' } }],
    });
  });

  test('no view that a trade touches falls back to the whole view', () => {
    for (const { name, kind } of catalog.objects) {
      if (kind === 'materialized view')
        expect([name, explainView(catalog, name).stored?.cost]).not.toEqual([name, 'O(view)']);
    }
  });
});

describe('fallbacks say why', () => {
  test('a window without bounds costs the partition', () => {
    const { stored } = explainView(
      withView(
        'select market, id, ts, sum(price) over (partition by market order by ts) as total from ticks where ts is not null',
        '-- grain: market, id\n-- time: ts',
      ),
      'v',
    );
    expect(stored).toMatchObject({
      cost: 'O(partition)',
      fallbacks: [expect.stringContaining('without bounded frame')],
    });
  });

  test('LIMIT costs the view', () => {
    const { stored } = explainView(
      withView(
        'select market, id, ts from ticks order by ts desc limit 10',
        '-- grain: market, id\n-- time: ts',
      ),
      'v',
    );
    expect(stored).toMatchObject({ cost: 'O(view)', fallbacks: [expect.stringContaining('LIMIT')] });
  });
});

test('a plain view is not stored, a table neither, and an unknown name gets a suggestion', () => {
  expect(explainView(catalog, 'candles')).toMatchObject({
    kind: 'view',
    stored: null,
    reads: expect.arrayContaining(['candles_1m']),
  });
  expect(explainView(catalog, 'trades')).toMatchObject({
    kind: 'table',
    stored: null,
    readBy: ['candles_1s'],
  });
  expect(() => explainView(catalog, 'candels')).toThrow(UnknownObjectError);
});

test('the refresh function is the one that is run', () => {
  expect(refreshSql(catalog, 'candles_1m')).toContain('function engine.refresh_candles_1m');
  expect(refreshSql(catalog, 'candles')).toBeNull();
});
