import { describe, expect, test } from '@jest/globals';
import { payloads } from './notify.ts';

const change = (index: number): { op: 'update'; key: { symbol: string }; row: null } => ({
  op: 'update',
  key: { symbol: `S${index}/USD` },
  row: null,
});

describe('changed keys as notifications', () => {
  test('a few keys are one payload', () => {
    const [text, ...more] = payloads({ refresh: 7, view: 'features', changes: [change(1), change(2)] });
    expect(more).toEqual([]);
    expect(JSON.parse(text ?? '')).toEqual({
      refresh: 7,
      view: 'features',
      part: 1,
      parts: 1,
      changes: [
        { op: 'update', key: { symbol: 'S1/USD' } },
        { op: 'update', key: { symbol: 'S2/USD' } },
      ],
    });
  });

  test('many keys are split below what PostgreSQL takes, none lost and in order', () => {
    const changes = Array.from({ length: 1000 }, (_, index) => change(index));
    const texts = payloads({ refresh: 1, view: 'trend', changes });
    expect(Math.max(...texts.map((text) => Buffer.byteLength(text)))).toBeLessThan(8000);
    const keys = texts.flatMap((text) =>
      (JSON.parse(text) as { changes: { key: { symbol: string } }[] }).changes.map((item) => item.key.symbol),
    );
    expect(keys).toEqual(changes.map((item) => item.key.symbol));
  });

  test('beyond the limit a listener is told that keys were left out', () => {
    const texts = payloads({
      refresh: 1,
      view: 'trend',
      changes: Array.from({ length: 50_000 }, (_, index) => change(index)),
    });
    expect(texts).toHaveLength(101);
    expect(JSON.parse(texts.at(-1) ?? '')).toEqual({
      refresh: 1,
      view: 'trend',
      rows: 50_000,
      truncated: true,
    });
  });
});
