import { describe, expect, test } from '@jest/globals';
import { ownDue, partitionOf } from './partition.ts';
import type { DueMarket } from './windows.ts';

const MINUTE = 60_000;
const CLOSED = Date.UTC(2026, 0, 2);
/** Of BTC, ETH and SOL among four; a change of these moves markets between scorers of different versions. */
const PLACES = [2, 2, 0];

function dueMarket(symbol: string, changed: Partial<DueMarket> = {}): DueMarket {
  return {
    ...{ exchange: 'kraken', symbol, model: 'return-5m', version: 1, closed: CLOSED },
    ...{ scored: CLOSED - MINUTE, starts: null, arrived: null },
    ...changed,
  };
}

const due = Array.from({ length: 100 }, (_, index) => dueMarket(`M${index}/USD`));

describe('markets spread over scorers', () => {
  test.each([1, 2, 3, 6])('%i of them take each market once, none too many', (of) => {
    const taken = Array.from({ length: of }, (_, index) => ownDue(due, { index, of }));
    expect(
      taken
        .flat()
        .map(({ symbol }) => symbol)
        .sort(),
    ).toEqual(due.map(({ symbol }) => symbol).sort());
    for (const own of taken) expect(own.length).toBeGreaterThan(100 / of / 3);
  });

  test('by their names alone: the same in every process and version', () => {
    const places = ['BTC/USD', 'ETH/USD', 'SOL/USD'].map((symbol) =>
      partitionOf({ exchange: 'kraken', symbol }, 4),
    );
    expect(places).toEqual(PLACES);
  });

  test('one beyond the number begins again at the first', () => {
    expect(ownDue(due, { index: 3, of: 2 })).toEqual(ownDue(due, { index: 1, of: 2 }));
  });

  test('those of one that is gone are taken over when they are two minutes behind', () => {
    const other = due.filter((market) => partitionOf(market, 2) === 1);
    const mine = { index: 0, of: 2 };
    const behind = (minutes: number) => other.map((one) => ({ ...one, scored: CLOSED - minutes * MINUTE }));
    expect(ownDue(behind(2), mine)).toEqual([]);
    expect(ownDue(behind(3), mine)).toHaveLength(other.length);
    expect(
      ownDue(
        other.map((one) => ({ ...one, scored: null })),
        mine,
      ),
    ).toHaveLength(other.length);
  });

  test('without a partition all are taken', () => {
    expect(ownDue(due, null)).toEqual(due);
  });
});
