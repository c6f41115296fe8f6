import { afterEach, describe, expect, test } from '@jest/globals';
import { FakeMarket, type FakeMarketOptions } from '../../../test/support/fakeMarket.ts';
import { MarketBench } from '../../../test/support/marketBench.ts';
import { microsOf } from '../../instant.ts';

const NOON = '2026-01-05T12:00:00.000Z';
let bench: MarketBench;

afterEach(async () => {
  await bench.end();
  expect(bench.failures).toEqual([]);
});

/** A market that has traded once a second since before noon, ids from 1 on; the line brings from 601 on, at 12:00:00. */
async function open(options: FakeMarketOptions = {}, count = 620): Promise<FakeMarket> {
  const market = new FakeMarket({ pageSize: 100, ...options });
  market.make(1, count, '2026-01-05T11:50:00.000Z');
  bench = new MarketBench(market, NOON);
  await bench.start();
  return market;
}

/** As `open`, with a history that is stored: 1 to 605. */
async function opened(options: FakeMarketOptions = {}): Promise<FakeMarket> {
  const market = await open(options);
  await bench.live(market.ids(601, 605));
  await bench.until(() => bench.ids.length === 605 && bench.gaps.every((gap) => gap.includes('repaired')));
  bench.landing.stored.gaps.clear();
  bench.landing.log.length = 0;
  market.requests.length = 0;
  return market;
}

describe('a line that was lost', () => {
  test('leaves no hole when the snapshot reaches back to the last trade', async () => {
    const market = await opened();
    bench.feed.lineDown();
    await bench.live(market.ids(603, 610));
    await bench.live(market.ids(603, 610));
    await bench.until(() => bench.ids.length === 610);
    expect(bench.gaps).toEqual([]);
    expect(bench.feed.report()).toMatchObject({ openHoles: 0, counts: { duplicates: 11, fresh: 610 } });
  });

  test('leaves a hole otherwise, which the history fills', async () => {
    const market = await opened();
    bench.feed.lineDown();
    await bench.live(market.ids(610, 612));
    expect(bench.gaps).toEqual(['606-609 0/4 detected, reconnect']);
    expect(bench.feed.report()).toMatchObject({ openHoles: 1, missing: 4, last: { tradeId: '612' } });
    await bench.until(() => bench.gaps[0] === '606-609 4/4 repaired, reconnect');
    expect(bench.ids).toEqual(Array.from({ length: 612 }, (_, index) => index + 1));
    expect(market.requests).toHaveLength(1);
  });
});

describe('a hole', () => {
  test('is in the ledger before a later trade is, and closed after its trades and heartbeats are', async () => {
    const market = await opened();
    const later = market.make(621, 120, '2026-01-05T12:00:20.000Z');
    bench.feed.lineDown();
    await bench.live(later.slice(60));
    await bench.until(() => bench.gaps[0]?.includes('repaired') ?? false);
    const { log } = bench.landing;
    expect(log[0]).toBe('gap 606-680 detected');
    expect(log.indexOf('trade 681')).toBeGreaterThan(0);
    const closed = log.indexOf('gap 606-680 repaired');
    expect(closed).toBeGreaterThan(Math.max(log.indexOf('trade 606'), log.indexOf('trade 680')));
    expect(closed).toBeGreaterThan(log.indexOf('heartbeat 12:00'));
    expect(log.indexOf('heartbeat 12:00')).toBeGreaterThan(log.indexOf('trade 680'));
  });

  test('of frames in the wrong order heals without a question', async () => {
    const market = await opened();
    await bench.live(market.ids(609, 612));
    await bench.live(market.ids(606, 608));
    await bench.until(() => bench.gaps[0] === '606-608 3/3 repaired, hole in the ids');
    await bench.pass(10_000);
    expect(market.requests).toEqual([]);
  });

  test('that is half filled by the line is filled from the history where it is split', async () => {
    const market = await opened();
    await bench.live(market.ids(615, 616));
    await bench.live(market.ids(609, 610));
    expect(bench.feed.report()).toMatchObject({ openHoles: 2, missing: 7 });
    await bench.until(() => bench.gaps[0] === '606-614 9/9 repaired, hole in the ids');
    expect(bench.ids).toHaveLength(616);
  });

  test('is permanent when the history shows both its ends and nothing between them, twice', async () => {
    const market = await opened();
    market.trades = market.trades.filter(({ tradeId }) => tradeId !== '607' && tradeId !== '608');
    await bench.live(market.ids(606, 606));
    const found = bench.clock.now();
    await bench.live(market.ids(609, 620));
    await bench.until(() => bench.gaps[0] === '607-608 0/2 permanent, hole in the ids');
    expect(bench.clock.now() - found).toBeGreaterThanOrEqual(5000);
    expect(market.requests).toHaveLength(2);
    expect(bench.feed.report()).toMatchObject({ openHoles: 0, counts: { permanent: 2 } });
    // One of them turns up after all, then the other.
    await bench.live([market.trade(608, '2026-01-05T12:00:07.000Z')]);
    await bench.until(() => bench.gaps[0] === '607-608 1/2 permanent, hole in the ids');
    await bench.live([market.trade(607, '2026-01-05T12:00:06.000Z')]);
    await bench.until(() => bench.gaps[0] === '607-608 2/2 repaired, hole in the ids');
    expect(bench.ids).toHaveLength(620);
  });

  test('is not permanent while the history does not reach to its end', async () => {
    const market = await opened();
    market.lag = 11;
    await bench.live(market.ids(613, 620));
    await bench.until(() => market.requests.length > 6);
    expect(bench.gaps).toEqual(['606-612 4/7 detected, hole in the ids']);
    market.lag = 0;
    await bench.until(() => bench.gaps[0] === '606-612 7/7 repaired, hole in the ids');
  });

  test('is asked for until the exchange answers, with growing pauses, and says why meanwhile', async () => {
    const market = await opened();
    market.broken = () => new Response('slow down', { status: 429 });
    const broke = bench.clock.now();
    await bench.live(market.ids(608, 610));
    await bench.until(() => market.requests.length > 30);
    expect(bench.feed.report().trouble).toContain('429');
    expect(bench.clock.now() - broke).toBeGreaterThan(2 * 60_000);
    // Live trades flow all the while.
    await bench.live(market.ids(611, 615));
    await bench.until(() => bench.ids.includes(615));
    market.broken = null;
    await bench.until(() => bench.gaps[0] === '606-607 2/2 repaired, hole in the ids');
    expect(bench.feed.report().trouble).toBeNull();
  });

  test('that the exchange only tells of is looked for too, but not if it was on its way', async () => {
    const market = await opened();
    await bench.work(bench.feed.newest(607n, microsOf('2026-01-05T12:00:06.000Z')));
    await bench.live(market.ids(606, 607));
    await bench.pass(5000);
    expect(bench.gaps).toEqual([]);
    await bench.work(bench.feed.newest(609n, microsOf('2026-01-05T12:00:08.000Z')));
    await bench.until(() => bench.gaps[0] === '608-609 2/2 repaired, hole in the ids');
    expect(bench.ids).toHaveLength(609);
  });

  test('is filled a page of ids at a time where pages go by id, over ids that were never given', async () => {
    const market = await opened({ addressedBy: 'id', pageSize: 10 });
    market.make(621, 60, '2026-01-05T12:00:20.000Z');
    market.trades = market.trades.filter(({ tradeId }) => Number(tradeId) < 630 || Number(tradeId) > 655);
    bench.feed.lineDown();
    await bench.live(market.ids(678, 680));
    await bench.until(() => bench.gaps[0] === '606-677 46/72 permanent, reconnect');
    expect(bench.ids).toHaveLength(680 - 26);
  });

  test('of one instant that is longer than a page is passed over, and what cannot be asked for is permanent', async () => {
    const market = await opened({ pageSize: 10 });
    market.trades = market.trades.filter(({ tradeId }) => Number(tradeId) <= 606);
    for (let id = 607; id <= 640; id++) market.make(id, 1, '2026-01-05T12:00:06.000Z');
    market.make(641, 5, '2026-01-05T12:00:07.000Z');
    await bench.live(market.ids(642, 645));
    await bench.until(() => bench.gaps[0]?.includes('permanent') ?? false);
    expect(bench.gaps).toEqual(['606-641 12/36 permanent, hole in the ids']);
    expect(bench.ids).toContain(641);
  });
});

describe('a start', () => {
  test('fetches the history in whole minutes, the present minute first', async () => {
    const market = await open({ pageSize: 130 }, 640);
    await bench.live(market.ids(631, 635));
    await bench.until(() => bench.gaps[0] === '1-630 630/630 repaired, start');
    const { log } = bench.landing;
    const fetched = log.filter((line) => line.startsWith('trade')).map((line) => Number(line.slice(6)));
    // 12:00 begins with 601.
    expect(fetched.slice(0, 35)).toEqual([631, 632, 633, 634, 635, ...range(601, 630)]);
    expect(fetched.slice(35)).toEqual(range(1, 600));
    // Between two pages no past minute is there by halves.
    for (const [index, line] of log.entries()) {
      if (!line.startsWith('heartbeat')) continue;
      const landed = log.slice(0, index).filter((one) => one.startsWith('trade')).length;
      expect((landed - 35) % 60).toBe(0);
    }
    expect(bench.minutes).toEqual(range(50, 59).map((minute) => `11:${minute}`));
  });

  test('of a market in which nothing trades begins with its last trade', async () => {
    const market = await open({}, 600);
    await bench.until(() => bench.gaps[0]?.includes('repaired') ?? false);
    expect(bench.ids).toEqual(market.trades.map(({ tradeId }) => Number(tradeId)));
  });

  test('finds the beginning by halves where pages go by id', async () => {
    const market = await open({ addressedBy: 'id', pageSize: 20 }, 620);
    bench.market.trades = market.trades.filter(
      ({ tradeId }) => Number(tradeId) < 200 || Number(tradeId) > 260,
    );
    await bench.live(market.ids(610, 612));
    await bench.until(() => bench.gaps[0]?.includes('permanent') ?? false);
    expect(bench.gaps).toEqual(['1-609 548/609 permanent, start']);
    expect(bench.ids).toHaveLength(612 - 61);
  });

  test('goes on from the last stored trade, and fetches what came meanwhile', async () => {
    const market = await opened();
    await bench.end();
    market.make(621, 300, '2026-01-05T12:00:20.000Z');
    await bench.start();
    await bench.live(market.ids(915, 920));
    await bench.until(() => bench.gaps[0] === '606-914 309/309 repaired, downtime');
    expect(bench.ids).toHaveLength(920);
    expect(bench.minutes).toContain('12:04');
  });

  test('fetches a downtime up to the limit, and says what lies before it', async () => {
    const market = await opened();
    await bench.end();
    bench.resumeHours = 2 / 60;
    market.make(621, 600, '2026-01-05T12:00:20.000Z');
    await bench.start();
    await bench.live(market.ids(1215, 1220));
    // The last one is of 12:10:19, so that the limit is 12:08:00, which begins with 1081.
    await bench.until(() => bench.gaps.length === 2 && (bench.gaps[1]?.includes('repaired') ?? false));
    expect(bench.gaps).toEqual([
      '606-1080 0/475 permanent, backfill limit',
      '1081-1214 134/134 repaired, downtime',
    ]);
    expect(bench.ids.filter((id) => id > 605)).toEqual(range(1081, 1220));
    const after = bench.minutes.filter((minute) => minute >= '12:00');
    expect(after).toEqual(['12:08', '12:09']);
    // The next life does not take the minutes of the permanent hole for complete either.
    await bench.end();
    await bench.start();
    await bench.live(market.make(1221, 100, '2026-01-05T12:10:20.000Z'));
    await bench.until(() => bench.minutes.includes('12:11') || bench.minutes.includes('12:10'));
    expect(bench.minutes.filter((minute) => minute >= '12:00' && minute < '12:08')).toEqual([]);
  });

  test('takes up a hole that was open when the process died', async () => {
    const market = await opened();
    market.broken = () => new Response('', { status: 500 });
    bench.feed.lineDown();
    await bench.live(market.ids(615, 620));
    await bench.until(() => bench.ids.includes(620));
    const [found] = [...bench.landing.stored.gaps.values()];
    await bench.kill();
    // Half of it was stored, and nobody had said so yet.
    await bench.landing.trades(market.ids(608, 610));
    market.broken = null;
    await bench.start();
    await bench.until(() => bench.gaps[0] === '606-614 9/9 repaired, reconnect');
    expect([...bench.landing.stored.gaps.values()][0]?.detectedAt).toBe(found?.detectedAt);
    expect(bench.ids).toHaveLength(620);
  });

  test('takes up a hole that was found just before the process died, with nothing stored behind it', async () => {
    const market = await opened();
    bench.landing.dies = (call) => call.startsWith('trade');
    await bench.feed.live(market.ids(615, 620)).catch(() => undefined);
    await bench.kill();
    expect(bench.ids).toHaveLength(605);
    await bench.start();
    await bench.live(market.ids(618, 620));
    await bench.until(() => bench.ids.length === 620 && bench.gaps.every((gap) => gap.includes('repaired')));
    expect(bench.gaps).toEqual(['606-614 9/9 repaired, hole in the ids', '615-617 3/3 repaired, downtime']);
  });

  test('does not go on from ids that a file made up', async () => {
    const market = await open();
    await bench.end();
    await bench.landing.trades([market.trade(1_700_000_000_000_000_000, '2026-01-05T11:00:00.000Z')]);
    await bench.start();
    await bench.live(market.ids(601, 605));
    await bench.until(() => bench.ids.includes(605));
    expect(bench.feed.report().counts.duplicates).toBe(0);
  });
});

describe('a minute', () => {
  const at = (time: string): number => microsOf(`2026-01-05T${time}.000Z`);

  test('is complete with the first trade of a later one, unless a hole touches it', async () => {
    const market = await opened();
    market.make(621, 200, '2026-01-05T12:00:20.000Z');
    await bench.live(market.ids(606, 662));
    await bench.until(() => bench.minutes.includes('12:00'));
    market.broken = () => new Response('', { status: 500 });
    await bench.live(market.ids(670, 800));
    await bench.until(() => bench.minutes.includes('12:02'));
    expect(bench.minutes).not.toContain('12:01');
    market.broken = null;
    await bench.until(() => bench.minutes.includes('12:01'));
  });

  test('in which nothing trades is complete when the exchange says that nothing is newer', async () => {
    await opened();
    await bench.work(bench.feed.newest(605n, at('12:01:04')));
    expect(bench.minutes).not.toContain('12:00');
    await bench.work(bench.feed.newest(605n, at('12:01:05')));
    await bench.until(() => bench.minutes.includes('12:00'));
    // Something is newer.
    await bench.work(bench.feed.newest(606n, at('12:02:30')));
    expect(bench.minutes).not.toContain('12:01');
  });

  test('in which nothing trades is complete when the history shows nothing newer a while after its end', async () => {
    const market = await opened();
    bench.market.trades = [...market.ids(1, 605)];
    bench.time.sent(at('12:01:19'), bench.clock.now() * 1000);
    expect(bench.feed.quiet).toBe(false);
    bench.time.sent(at('12:01:20'), bench.clock.now() * 1000);
    expect(bench.feed.quiet).toBe(true);
    market.broken = () => new Response('', { status: 404 });
    await bench.work(bench.feed.check());
    expect(bench.minutes).not.toContain('12:00');
    market.broken = null;
    await bench.work(bench.feed.check());
    await bench.until(() => bench.minutes.includes('12:00'));
    expect(bench.minutes).not.toContain('12:01');
  });

  test('is not complete when the history has a trade that the line did not bring', async () => {
    const market = await opened();
    bench.market.trades = [...market.ids(1, 607)];
    bench.time.sent(at('12:01:30'), bench.clock.now() * 1000);
    await bench.work(bench.feed.check());
    expect(bench.minutes).not.toContain('12:00');
    await bench.until(() => bench.gaps[0] === '606-607 2/2 repaired, hole in the ids');
    await bench.work(bench.feed.check());
    await bench.until(() => bench.minutes.includes('12:00'));
  });

  test.each([-600_000, 600_000])('does not depend on our clock, which is wrong by %d ms', async (wrongMs) => {
    const market = new FakeMarket({ pageSize: 100 });
    market.make(1, 605, '2026-01-05T11:50:00.000Z');
    bench = new MarketBench(market, new Date(Date.parse(NOON) + wrongMs).toISOString());
    await bench.start();
    await bench.live(market.ids(601, 605));
    await bench.until(() => bench.ids.length === 605);
    // What was 12:00:04 at the exchange was then for us.
    const ahead = at('12:00:04') - (Date.parse(NOON) + wrongMs) * 1000;
    const ours = (time: string): number => (at(time) - ahead) / 1000;
    await bench.pass(ours('12:01:19') - bench.clock.now());
    expect(bench.feed.quiet).toBe(false);
    await bench.pass(ours('12:01:20') - bench.clock.now());
    expect(bench.feed.quiet).toBe(true);
    await bench.work(bench.feed.check());
    await bench.until(() => bench.minutes.includes('12:00'));
    expect(bench.minutes.at(-1)).toBe('12:00');
  });

  test('that was said before a crash is said again at most, and none is left out', async () => {
    const market = await opened();
    market.make(621, 400, '2026-01-05T12:00:20.000Z');
    await bench.live(market.ids(606, 700));
    await bench.until(() => bench.minutes.includes('12:00'));
    bench.landing.dies = (call) => call.startsWith('heartbeat');
    bench.feed.lineDown();
    await bench.feed.live(market.ids(800, 900)).catch(() => undefined);
    await bench.until(() => bench.landing.log.includes('trade 799'));
    await bench.kill();
    await bench.start();
    await bench.live(market.ids(850, 1000));
    await bench.until(() => bench.ids.length === 1000 && bench.minutes.includes('12:05'));
    expect(bench.minutes.filter((minute) => minute >= '12:00')).toEqual(
      range(0, 5).map((minute) => `12:0${minute}`),
    );
  });
});

test('without ids that count up, what a lost line missed is fetched by time, and ids alone are no reason', async () => {
  const market = await open({ contiguousIds: false });
  market.trades = market.trades.filter(({ tradeId }) => Number(tradeId) % 3 === 0);
  await bench.live(market.ids(601, 605));
  await bench.until(() => bench.gaps[0]?.includes('repaired') ?? false);
  bench.landing.stored.gaps.clear();
  await bench.live(market.ids(606, 609));
  expect(bench.gaps).toEqual([]);
  bench.feed.lineDown();
  await bench.live(market.ids(618, 620));
  await bench.until(() => bench.gaps[0] === '610-617 2/2 repaired, reconnect');
  expect(bench.ids).toEqual(market.ids(1, 620).map(({ tradeId }) => Number(tradeId)));
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
