import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type pg from 'pg';
import { Peer } from '../api/stream/fixtures/peer.ts';
import { openWriter, trade } from './streams/rig.ts';
import { type Cli, type Workplace, waitFor, workplace } from './support/cli.ts';
import { type TestDatabase, testDatabase } from './support/database.ts';

// One process keeps the views, two others serve them.

const SYMBOL = 'BTC/USD';

let database: TestDatabase;
let place: Workplace;
let engine: Cli;
let writer: pg.Client;
let key: string;
let servers: readonly (Cli & { readonly api: string })[] = [];
let minute = 0;

beforeAll(async () => {
  database = await testDatabase();
  place = workplace({ DATABASE_URL: database.url });
  key = (await place.run('keys', 'add', 'desk', '--scope', 'admin')).stdout.trim();
  engine = await place.startVerb('engine');
  writer = await openWriter(database.url);
  await more(3);
  const started = [place.spawn(['api', '--json']), place.spawn(['api', '--json'])];
  servers = await Promise.all(started.map(async (cli) => ({ ...cli, api: await listening(cli) })));
}, 120_000);

afterAll(async () => {
  await writer?.end();
  await place?.remove();
  await database?.drop();
}, 120_000);

/** The address that `api --json` prints. */
async function listening(cli: Cli): Promise<string> {
  return waitFor('its API', async () => {
    if ((await Promise.race([cli.ended, null])) !== null) throw new Error(`it ended: ${cli.stderr()}`);
    const [line = ''] = cli.stdout().split('\n');
    return line === '' ? null : (JSON.parse(line) as { readonly api: string }).api;
  });
}

/** Trades of the next minutes, one each. */
async function more(minutes: number): Promise<void> {
  await trade(writer, SYMBOL, minute, minute + minutes);
  minute += minutes;
}

const headers = (): Record<string, string> => ({ authorization: `Bearer ${key}` });

interface Body {
  readonly data?: readonly Readonly<Record<string, unknown>>[];
  readonly detail?: string;
  readonly code?: string;
}

async function get(api: string, path: string): Promise<Body & { readonly status: number }> {
  const answer = await fetch(api + path, { headers: headers() });
  return { status: answer.status, ...((await answer.json()) as Body) };
}

async function connect(api: string): Promise<Peer> {
  const peer = new Peer(`${api.replace('http', 'ws')}/v1/ws`, { headers: headers() });
  await peer.opened;
  return peer;
}

const ids = (peer: Peer): number[] =>
  peer.of('trade').flatMap(({ data }) => data.map((row: { trade_id: number }) => Number(row.trade_id)));

const closes = (peer: Peer): ReadonlyMap<string, string> =>
  new Map(
    peer
      .of('candle')
      .flatMap(({ data }) =>
        data.map((row: { window_start: string; close: string }) => [row.window_start, row.close]),
      ),
  );

async function follow(): Promise<readonly Peer[]> {
  return Promise.all(
    servers.map(async ({ api }) => {
      await waitFor('the market', async () => (await get(api, '/v1/markets')).data?.length === 1);
      const peer = await connect(api);
      const params = { symbol: SYMBOL, snapshot: false };
      await peer.ask({ method: 'subscribe', params: { ...params, channel: 'trade' } });
      await peer.ask({ method: 'subscribe', params: { ...params, channel: 'candle', timeframe: '1m' } });
      return peer;
    }),
  );
}

async function toldTo(peers: readonly Peer[], from: number): Promise<void> {
  const wanted = Array.from({ length: minute - from }, (_, index) => from + index);
  for (const peer of peers) {
    await peer.until(
      () => wanted.every((id) => ids(peer).includes(id)) && closes(peer).size >= wanted.length,
    );
    expect(
      ids(peer)
        .filter((id) => id >= from)
        .sort((a, b) => a - b),
    ).toEqual(wanted);
  }
}

test('both wait for what they serve, then stream what the engine refreshes', async () => {
  for (const { api } of servers) {
    await waitFor('candles', async () => (await get(api, '/v1/candles/BTC-USD')).data?.length === minute);
    await waitFor(
      'the engine to keep up',
      async () => !(await get(api, '/ready')).detail?.includes('engine'),
    );
  }
  const peers = await follow();
  const from = minute;
  for (let round = 0; round < 5; round++) await more(2);
  await toldTo(peers, from);
  for (const peer of peers) peer.socket.terminate();
});

test('a prediction is served by both once it is stored', async () => {
  await writer.query(
    "insert into models (name, version, alias, horizon_minutes, created_at) values ('ridge', 1, 'champion', 5, now())",
  );
  for (const start of ['2027-01-01T00:01:00Z', '2027-01-01T00:02:00Z']) {
    await writer.query(
      `insert into predictions (exchange, symbol, window_start, horizon_minutes, model, version, base_price, predicted_price, made_at, late)
       values ('kraken', $1, $2, 5, 'ridge', 1, 100, 101, now(), false)`,
      [SYMBOL, start],
    );
    for (const { api } of servers)
      await waitFor('the prediction', async () => {
        const { data } = await get(api, '/v1/predictions/BTC-USD');
        return data?.[0]?.window_start === start;
      });
  }
});

test('they start no job that is not theirs, and say who does', async () => {
  const start = (api: string, body: object): Promise<Response> =>
    fetch(`${api}/v1/admin/jobs`, {
      method: 'POST',
      headers: { ...headers(), 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  for (const { api } of servers) {
    const answer = await start(api, { kind: 'train' });
    expect([answer.status, await answer.json()]).toEqual([
      501,
      expect.objectContaining({ code: 'not_offered', detail: expect.stringContaining('`tickwave train`') }),
    ]);
    // A decision about models is theirs.
    expect((await start(api, { kind: 'rollback', name: 'nobody' })).status).toBe(202);
  }
});

test('retention is a verb of its own', async () => {
  await writer.query(
    "insert into pipeline_health (sampled_at, exchange, symbol) values ('2020-01-01', 'kraken', $1)",
    [SYMBOL],
  );
  const { code, stdout } = await place.run('retention', '--json');
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    { deleted: [expect.objectContaining({ table: 'pipeline_health' }), { table: 'leases', rows: 0 }] },
  ]);
  // The engine deletes each hour too: whoever it was, it is gone.
  const { rows } = await writer.query(
    "select count(*)::int as left from pipeline_health where sampled_at < '2021-01-01'",
  );
  expect(rows).toEqual([{ left: 0 }]);
});

test('an engine that is gone is said, history is still served, and streams go on with the next', async () => {
  const peers = await follow();
  engine.signal('SIGTERM');
  expect((await engine.ended).code).toBe(0);
  for (const { api } of servers) {
    // Its session may end a moment after the process.
    await waitFor('word of it', async () => {
      const { status, detail } = await get(api, '/ready');
      return status === 503 && detail?.includes('no `tickwave engine` keeps the views') === true;
    });
    expect((await get(api, '/v1/candles/BTC-USD?limit=1')).data).toHaveLength(1);
  }
  const from = minute;
  await more(2);
  engine = await place.startVerb('engine');
  await more(2);
  await toldTo(peers, from);
  for (const peer of peers) peer.socket.terminate();
});

test('each ends in order', async () => {
  for (const server of servers) {
    server.signal('SIGTERM');
    expect((await server.ended).code).toBe(0);
  }
});
