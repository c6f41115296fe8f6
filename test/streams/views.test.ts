import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type pg from 'pg';
import type { Peer } from '../../api/stream/fixtures/peer.ts';
import { followed } from '../../cli/changes.ts';
import { loadCatalog } from '../../engine/catalog/catalog.ts';
import { systemClock } from '../../engine/clock.ts';
import { Engine } from '../../engine/engine.ts';
import type { ChangeTeller } from '../../engine/keeper.ts';
import { FollowedEngine } from '../../engine/postgres/followedEngine.ts';
import { History, seeded } from '../property/history.ts';
import { waitFor } from '../support/cli.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { openWriter, type ServedStreams, serveStreams, trade } from './rig.ts';

// What a client makes of the streams is what the views hold, whenever it came and whatever was written meanwhile.

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const WRITES = 40;

let database: TestDatabase;
let engine: Engine;
let writer: pg.Client;
const said: string[] = [];
let api: ServedStreams;
let far: FollowedEngine | null;
/** Served by a process that only hears of the engine. */
let apiOutside: ServedStreams;

beforeAll(async () => {
  database = await testDatabase();
  engine = await Engine.open({ url: database.url, catalog: await loadCatalog('sql') });
  await engine.start();
  writer = await openWriter(database.url);
  const onEngine = (listener: (engine: Engine) => void): (() => void) => {
    listener(engine);
    return () => {};
  };
  api = await serveStreams({ database: database.analystUrl, holder: { onEngine } });
  far = await FollowedEngine.open({ url: database.url, clock: systemClock, say: (line) => said.push(line) });
  const onFar = (listener: (engine: ChangeTeller) => void): (() => void) => {
    if (far === null) throw new Error('nothing is deployed');
    listener(far);
    return () => {};
  };
  apiOutside = await serveStreams({ database: database.analystUrl, holder: { onEngine: onFar } });
});

afterAll(async () => {
  await api?.stop();
  await apiOutside?.stop();
  await far?.stop();
  await writer?.end();
  await engine?.stop();
  await database?.drop();
});

type Row = Readonly<Record<string, unknown>>;

/** Subscribes. What is new, or read by too many at once, is refused for a moment; nothing else is. */
async function subscribed(peer: Peer, params: Row): Promise<void> {
  const passing = ['unknown_market', 'database_unreachable', 'query_timeout', 'overloaded'];
  await waitFor('the market to be known, and read', async () => {
    const [{ success, code }] = await peer.ask({ method: 'subscribe', params });
    if (success !== true) expect(passing).toContain(code);
    return success === true;
  });
}

/** What a client makes of what it is sent: rows by their window, from the oldest of the snapshot on. */
class Folded {
  readonly rows = new Map<unknown, Row>();
  since: string | null = null;
  applied = 0;

  apply(peer: Peer, channel: string): void {
    for (; this.applied < peer.messages.length; this.applied++) {
      const message = peer.messages[this.applied];
      if (message.channel !== channel) continue;
      if (message.type === 'snapshot') this.since = message.data[0]?.window_start ?? '';
      for (const row of message.data)
        if (message.type === 'delete') this.rows.delete(row.window_start);
        else this.rows.set(row.window_start, row);
    }
  }

  /** Rows that the client should have, of those that are stored or that it has. */
  recent(rows: Iterable<Row>): string[] {
    const since = Date.parse(this.since ?? '');
    return [...rows]
      .filter((row) => Number.isNaN(since) || Date.parse(String(row.window_start)) >= since)
      .map((row) => JSON.stringify(row))
      .sort();
  }

  equals(stored: readonly Row[]): boolean {
    return this.recent(this.rows.values()).join() === this.recent(stored).join();
  }
}

test('plain views are followed by what they read, where that says which rows', async () => {
  const names = (relation: string) => followed(engine.catalog, relation).map(({ name }) => name);
  expect(names('candles')).toEqual(['candles_1m', 'candles_5m', 'candles_15m', 'candles_1h', 'candles_1d']);
  expect(names('features')).toEqual(['features']);
  expect(names('indicators')).toEqual(expect.arrayContaining(['trend', 'momentum', 'volatility']));
});

test(`clients that come at any moment have what the views have (SEED=${SEED})`, async () => {
  const random = seeded(SEED);
  const history = new History(writer, { random, markets: [['kraken', 'BTC/USD']], minutes: 30 });
  // A market is known once it has data.
  await writer.query(
    "insert into trades values ('kraken', 'BTC/USD', 999999, '2026-01-01 23:45:00+00', 100, 1, 'buy', now())",
  );
  await engine.refresh();
  const wanted = [
    { channel: 'candle', view: 'candles', timeframe: '1m' },
    { channel: 'candle', view: 'candles', timeframe: '5m' },
    { channel: 'indicator', view: 'indicators', timeframe: '1m' },
    { channel: 'feature', view: 'features' },
  ];
  const clients: { peer: Peer; folded: Folded; of: (typeof wanted)[number]; answered: Promise<unknown> }[] =
    [];
  for (let write = 0; write < WRITES; write++) {
    if (write % 5 === 0) {
      const of = wanted[clients.length % wanted.length] ?? wanted[0];
      if (!of) continue;
      // Each kind by the engine's own process, then by another.
      const peer = await (clients.length < wanted.length ? api : apiOutside).connect();
      const { channel, timeframe } = of;
      const params = { channel, symbol: 'BTC/USD', ...(timeframe ? { timeframe } : {}) };
      // Not waited for: its snapshot is read while the next rows are written.
      const answered = subscribed(peer, params);
      answered.catch(() => undefined);
      clients.push({ peer, folded: new Folded(), of, answered });
    }
    await history.write();
  }
  await engine.refresh();
  for (const { peer, folded, of, answered } of clients) {
    await answered;
    const query = of.timeframe ? `timeframe=${of.timeframe}&` : '';
    const data = await waitFor('what is stored', async () => {
      const answer = await fetch(`${api.url}/v1/${of.view}/BTC-USD?${query}limit=5000`);
      const read = (await answer.json()) as { data: readonly Row[] };
      return answer.status === 200 && read.data;
    });
    expect(data.length).toBeGreaterThan(0);
    // Heartbeats come each second, so this is looked at again until it holds.
    const beats = peer.of('heartbeat').length;
    await peer.until(() => {
      folded.apply(peer, of.channel);
      return folded.equals(data) || peer.of('heartbeat').length > beats + 15;
    });
    expect([of, ...folded.recent(folded.rows.values())]).toEqual([of, ...folded.recent(data)]);
    peer.socket.terminate();
  }
  expect(said).toEqual([]);
}, 180_000);

test.each([
  ['the engine itself', 2027, () => api],
  ['another process', 2028, () => apiOutside],
])(
  'each trade and each prediction that is stored is sent once, by %s',
  async (_who, year, served) => {
    const peer = await served().connect();
    await peer.ask({ method: 'subscribe', params: { channel: 'prediction', symbol: 'BTC/USD' } });
    await peer.ask({ method: 'subscribe', params: { channel: 'trade', symbol: 'BTC/USD', snapshot: false } });
    for (let id = 0; id < 20; id++) {
      await writer.query(
        `insert into trades select 'kraken', 'BTC/USD', 1000000 + $1::int * 10 + n, timestamptz '${year}-06-01 00:00:00+00' + n * interval '1 second', 100, 1, 'buy', now()
       from generate_series(0, 9) as n`,
        [id + year * 100],
      );
      await writer.query(
        `insert into predictions (exchange, symbol, window_start, horizon_minutes, model, version, predicted_price, contributions)
       values ('kraken', 'BTC/USD', '${year}-06-01', $1, 'ridge', 1, 100.5, '[{"feature":"rsi_14","value":1}]')`,
        [id],
      );
    }
    // The history that was written before has predictions too.
    const isOwn = (row: Row) => String(row.window_start ?? row.ts).startsWith(String(year));
    const ids = (channel: string, name: string) =>
      peer.of(channel).flatMap(({ data }) => data.filter(isOwn).map((row: Row) => Number(row[name])));
    await peer.until(
      () => ids('trade', 'trade_id').length >= 200 && ids('prediction', 'horizon_minutes').length >= 20,
    );
    expect(ids('trade', 'trade_id').sort((a, b) => a - b)).toEqual(
      Array.from({ length: 200 }, (_, n) => 1_000_000 + year * 1_000 + n),
    );
    expect(ids('prediction', 'horizon_minutes').sort((a, b) => a - b)).toEqual([...Array(20).keys()]);
    expect(peer.of('prediction').at(-1)?.data[0].contributions).toEqual([{ feature: 'rsi_14', value: 1 }]);
    peer.socket.terminate();
  },
  60_000,
);

test('while minutes pass, features and indicators come, and what predictions came to', async () => {
  const symbol = 'ADA/USD';
  await trade(writer, symbol, 0, 10);
  // Each minute of the next hour is predicted, as by a model that is ahead of time.
  await writer.query(
    `insert into predictions (exchange, symbol, window_start, horizon_minutes, model, version, base_price, predicted_price, late)
     select 'kraken', $1, timestamptz '2027-01-01 00:00:00+00' + n * interval '1 minute', 5, 'ridge', 1, 100, 101, false from generate_series(10, 70) as n`,
    [symbol],
  );
  await engine.refresh();
  const peer = await api.connect();
  for (const channel of ['feature', 'indicator', 'error']) await subscribed(peer, { channel, symbol });
  const updates = (channel: string): Row[] =>
    peer.of(channel).flatMap(({ type, data }) => (type === 'update' ? data : []));
  const minutes = (channel: string): Set<unknown> =>
    new Set(updates(channel).map(({ window_start }) => window_start));
  for (let minute = 10; minute < 40; minute++) await trade(writer, symbol, minute, minute + 1);
  const wanted = { feature: 10, indicator: 10, error: 10 };
  await peer.until(() => Object.entries(wanted).every(([channel, least]) => minutes(channel).size >= least));
  expect(updates('error')[0]).toMatchObject({
    ...{ exchange: 'kraken', symbol, horizon_minutes: 5, model: 'ridge', version: 1 },
    ...{ predicted_price: '101', realised_price: expect.any(String), error: expect.any(String) },
  });
  expect(updates('indicator').every(({ timeframe }) => timeframe === '1m')).toBe(true);
  // An outcome comes once, however often its minute is looked at again.
  const outcomes = updates('error').map(({ window_start }) => window_start);
  expect(outcomes.length).toBe(new Set(outcomes).size);
  peer.socket.terminate();
}, 60_000);

test('an alert is told when it fires and when it is resolved', async () => {
  const peer = await api.connect();
  await peer.ask({ method: 'subscribe', params: { channel: 'alert' } });
  const write = (state: string) =>
    writer.query(
      `insert into alerts (rule, subject, episode, severity, state, value, threshold, labels, since) values ('slow', '', 1, 'warning', $1, 1, 0, '{}', now())
       on conflict (rule, subject, episode) do update set state = excluded.state`,
      [state],
    );
  // The first refreshes after a subscription have everything read again: what comes after them is told by its key.
  for (let id = 0; id < 5; id++) {
    await trade(writer, 'ADA/USD', 50 + id, 51 + id);
    await engine.refresh();
  }
  for (const state of ['pending', 'firing', 'resolved']) {
    await write(state);
    if (state === 'pending') continue;
    await peer.until(() => peer.of('alert').some(({ data }) => data[0]?.state === state));
  }
  expect(peer.of('alert').map(({ type, data }) => [type, data.map(({ state }: Row) => state)])).toEqual([
    ['snapshot', []],
    ['update', ['firing']],
    ['update', ['resolved']],
  ]);
  peer.socket.terminate();
}, 60_000);
