import { expect, test } from '@jest/globals';
import { PagedRows } from './pagedRows.ts';
import { RestError } from './rest.ts';
import { type OfWindow, WindowRows } from './windowRows.ts';

const MINUTE = 60;

function row(minute: number): OfWindow {
  return { window_start: new Date(minute * 60_000).toISOString() };
}

/** A server with the minutes up to `last`, three a page. */
function served(options: { readonly most?: number; readonly only?: (row: OfWindow) => boolean } = {}) {
  const server = { last: 9, asked: 0, broken: false };
  const kept = new WindowRows<OfWindow>();
  const drawn: number[] = [];
  const { only } = options;
  const paged = new PagedRows({
    ask: async (cursor) => {
      server.asked++;
      if (server.broken) throw new RestError('unreachable', 'The server does not answer.');
      const from = cursor === null ? server.last : Number(cursor);
      const data = [from, from - 1, from - 2].filter((minute) => minute >= 0).map(row);
      return { data, next_cursor: from - 3 < 0 ? null : String(from - 3) };
    },
    kept,
    changed: () => drawn.push(kept.size),
    most: options.most ?? 100,
    ...(only === undefined ? {} : { only: (rows: readonly OfWindow[]) => rows.filter(only) }),
  });
  return { server, kept, drawn, paged };
}

/** Resolves once what was begun has come to its end. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

test('asks for no more than is in view', async () => {
  const { paged, kept, server } = served();
  await paged.renew();
  paged.reach(7 * MINUTE);
  await settled();
  expect([kept.size, server.asked]).toEqual([3, 1]);
  paged.reach(2 * MINUTE);
  await settled();
  expect([kept.oldest, kept.newest, kept.size, server.asked]).toEqual([MINUTE, 9 * MINUTE, 9, 3]);
  paged.reach(-100 * MINUTE);
  await settled();
  expect(kept.inOrder.map(({ window_start }) => Date.parse(window_start) / 60_000)).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ]);
  paged.reach(-200 * MINUTE);
  await settled();
  expect([server.asked, paged.full]).toEqual([4, false]);
});

test('holds as many as it may, and says so', async () => {
  const { paged, kept } = served({ most: 5 });
  await paged.renew();
  paged.reach(0);
  await settled();
  expect([kept.size, paged.full]).toEqual([6, true]);
});

test('keeps what is older when the newest page joins it, and goes on where it was', async () => {
  const { paged, kept, server } = served();
  await paged.renew();
  paged.reach(5 * MINUTE);
  await settled();
  server.last = 11;
  await paged.renew();
  expect([kept.oldest, kept.newest, kept.size]).toEqual([4 * MINUTE, 11 * MINUTE, 8]);
  paged.reach(0);
  await settled();
  expect(kept.size).toBe(12);
});

test('begins anew when there would be a hole', async () => {
  const { paged, kept, server } = served();
  await paged.renew();
  server.last = 30;
  await paged.renew();
  expect([kept.oldest, kept.newest, kept.size]).toEqual([28 * MINUTE, 30 * MINUTE, 3]);
  paged.reach(26 * MINUTE);
  await settled();
  expect(kept.oldest).toBe(25 * MINUTE);
});

test('pages of which nothing is kept do not end it', async () => {
  const { paged, kept } = served({ only: ({ window_start }) => Date.parse(window_start) < 120_000 });
  await paged.renew();
  expect(kept.size).toBe(0);
  paged.reach(0);
  await settled();
  expect(kept.size).toBe(2);
});

test('what fails is asked for again at the next scroll', async () => {
  const { paged, kept, server } = served();
  await paged.renew();
  server.broken = true;
  paged.reach(5 * MINUTE);
  await settled();
  expect(kept.size).toBe(3);
  server.broken = false;
  paged.reach(5 * MINUTE);
  await settled();
  expect(kept.size).toBe(6);
});

test('what came in live is newer than an old page', async () => {
  const kept = new WindowRows<OfWindow & { readonly close?: number }>();
  kept.put([row(1), row(2)]);
  kept.put([{ ...row(3), close: 1 }]);
  kept.put([{ ...row(3), close: 2 }]);
  kept.put([{ ...row(2), close: 3 }]);
  expect(kept.inOrder.map(({ close }) => close)).toEqual([undefined, 3, 2]);
  kept.remove([row(3).window_start]);
  expect([kept.newest, kept.size, kept.at(3 * MINUTE)]).toEqual([2 * MINUTE, 2, undefined]);
});
