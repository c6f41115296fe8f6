import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isoOf } from '../../instant.ts';
import type { Trade } from '../../landing.ts';
import { Continuity } from './continuity.ts';

const START = 1_700_000_000_000_000;
const trade = (id: number): Trade => ({
  exchange: 'fake',
  symbol: 'BTC/USD',
  tradeId: String(id),
  ts: isoOf(START + id * 1000),
  price: '1',
  quantity: '1',
  side: 'buy',
  receivedAt: isoOf(START),
});
const trades = (...ids: number[]): Trade[] => ids.map(trade);
const ids = (list: readonly Trade[]): number[] => list.map(({ tradeId }) => Number(tradeId));
const spans = (continuity: Continuity): string[] =>
  continuity.holes.map(({ from, to, permanent }) => `${from}-${to}${permanent ? ' permanent' : ''}`);

/** What is known, id by id. */
class NaiveMarket {
  readonly known = new Set<number>();
  readonly permanent = new Set<number>();
  private first = Number.POSITIVE_INFINITY;
  private last = Number.NEGATIVE_INFINITY;

  accept(list: readonly number[]): number[] {
    return list.filter((id) => {
      this.first = Math.min(this.first, this.last === Number.NEGATIVE_INFINITY ? id : this.first);
      if (id < this.first || this.known.has(id)) return false;
      this.last = Math.max(this.last, id);
      this.known.add(id);
      return true;
    });
  }

  announce(id: number): void {
    if (this.known.size > 0) this.last = Math.max(this.last, id);
  }

  openBefore(id: number): void {
    if (this.known.size > 0) this.first = Math.min(this.first, id);
  }

  giveUp(from: number, to: number): void {
    for (const id of this.missing()) if (id >= from && id <= to) this.permanent.add(id);
  }

  missing(): number[] {
    if (this.first > this.last) return [];
    return Array.from({ length: this.last - this.first + 1 }, (_, index) => this.first + index).filter(
      (id) => !this.known.has(id),
    );
  }
}

function missingIn(continuity: Continuity): { readonly open: number[]; readonly permanent: number[] } {
  const all = (permanent: boolean): number[] =>
    continuity.holes
      .filter((hole) => hole.permanent === permanent)
      .flatMap(({ from, to }) =>
        Array.from({ length: Number(to - from) + 1 }, (_, index) => Number(from) + index),
      );
  return { open: all(false), permanent: all(true) };
}

const id = fc.integer({ min: 1, max: 60 });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('accept' as const), ids: fc.array(id, { maxLength: 6 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('announce' as const), id }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('openBefore' as const), id }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(id, id)
      .map(([a, b]) => ({ kind: 'giveUp' as const, from: Math.min(a, b), to: Math.max(a, b) })),
  },
);

describe('what is known of a market', () => {
  test('is what a set of ids would say, whatever comes in whatever order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const continuity = new Continuity();
        const naive = new NaiveMarket();
        for (const one of steps) {
          if (one.kind === 'accept') {
            const missing = new Set(naive.missing());
            const accepted = continuity.accept(one.ids.map(trade));
            const expected = naive.accept(one.ids);
            expect(ids(accepted.fresh)).toEqual(expected);
            expect(accepted.duplicates).toBe(one.ids.length - expected.length);
            for (const filled of accepted.filled) expect(expected).toContain(Number(filled));
            for (const fresh of expected)
              if (missing.has(fresh)) expect(accepted.filled).toContain(BigInt(fresh));
          } else if (one.kind === 'announce') {
            continuity.announce({ id: BigInt(one.id), micros: START + one.id * 1000 });
            naive.announce(one.id);
          } else if (one.kind === 'openBefore') {
            continuity.openBefore({ id: BigInt(one.id), micros: START + one.id * 1000 });
            naive.openBefore(one.id);
          } else {
            continuity.giveUp(BigInt(one.from), BigInt(one.to));
            naive.giveUp(one.from, one.to);
          }
          const { open, permanent } = missingIn(continuity);
          expect([...open, ...permanent].sort((a, b) => a - b)).toEqual(naive.missing());
          expect(permanent.filter((given) => !naive.permanent.has(given))).toEqual([]);
          expect(continuity.holes.filter((hole) => hole.fromMicros > hole.toMicros)).toEqual([]);
        }
      }),
      // A failure prints its seed and path.
      { numRuns: 150 },
    );
  });

  test('never calls a missing trade known, also when more holes open than are kept', () => {
    fc.assert(
      fc.property(fc.array(fc.array(id, { maxLength: 4 }), { maxLength: 40 }), (batches) => {
        const continuity = new Continuity({ maxHoles: 3 });
        const naive = new NaiveMarket();
        for (const batch of batches) {
          const fresh = ids(continuity.accept(batch.map(trade)).fresh);
          for (const expected of naive.accept(batch)) expect(fresh).toContain(expected);
          expect(continuity.holes.length).toBeLessThanOrEqual(3);
          const said = new Set(missingIn(continuity).open);
          for (const missing of naive.missing()) expect(said).toContain(missing);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a hole', () => {
  test('knows the times around it, and splits when something inside it arrives', () => {
    const continuity = new Continuity();
    const { opened } = continuity.accept(trades(10, 20));
    expect(opened).toEqual([
      { from: 11n, to: 19n, fromMicros: START + 10_000, toMicros: START + 20_000, permanent: false },
    ]);
    expect(continuity.accept(trades(15, 11, 19)).filled).toEqual([15n, 11n, 19n]);
    expect(continuity.holes).toEqual([
      { from: 12n, to: 14n, fromMicros: START + 11_000, toMicros: START + 15_000, permanent: false },
      { from: 16n, to: 18n, fromMicros: START + 15_000, toMicros: START + 19_000, permanent: false },
    ]);
  });

  test('that was given up still takes a trade that turns up', () => {
    const continuity = new Continuity();
    continuity.accept(trades(1, 5));
    expect(continuity.giveUp(2n, 4n)).toBe(3n);
    const accepted = continuity.accept(trades(3));
    expect(ids(accepted.fresh)).toEqual([3]);
    expect(spans(continuity)).toEqual(['2-2 permanent', '4-4 permanent']);
  });

  test('opens without a break in the ids only where the line broke, when ids do not count up', () => {
    const continuity = new Continuity({ contiguous: false });
    continuity.accept(trades(10, 20));
    expect(spans(continuity)).toEqual([]);
    continuity.breakLine();
    continuity.accept(trades(30, 40));
    expect(spans(continuity)).toEqual(['21-29']);
    continuity.forget(21n, 29n);
    expect(spans(continuity)).toEqual([]);
  });
});
