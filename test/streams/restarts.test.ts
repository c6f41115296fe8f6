import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type pg from 'pg';
import { WebSocket } from 'ws';
import { type Socket, TickwaveClient } from '../../api/client/client.ts';
import type { Peer } from '../../api/stream/fixtures/peer.ts';
import { Platform } from '../../cli/platform.ts';
import { readConfig } from '../../config/config.ts';
import { loadCatalog } from '../../engine/catalog/catalog.ts';
import { deleteDataFolder, existingHome } from '../../engine/postgres/server/placement.ts';
import { waitFor } from '../support/cli.ts';
import { EventFollower } from './follower.ts';
import { openWriter, type ServedStreams, serveStreams, trade } from './rig.ts';

// Whatever is started again beneath or beside them, clients end up with what is stored, and are told each trade once.

const SYMBOL = 'BTC/USD';
const QUERY = 'channels=trade,candle&symbols=BTC-USD&timeframe=1m';
const dataDir = mkdtempSync(join(tmpdir(), 'tickwave-streams-'));

let platform: Platform;
let api: ServedStreams;
let writer: pg.Client;
const said: string[] = [];
let minute = 0;

beforeAll(async () => {
  platform = await Platform.open({
    config: readConfig({ DATA_DIR: dataDir }, '/'),
    catalog: await loadCatalog('sql'),
    say: (line) => said.push(line),
    log: () => {},
  });
  api = await serve();
  writer = await openWriter(platform.database.url('owner'));
  await more(5);
  await platform.engine.refresh();
});

afterAll(async () => {
  await api?.stop();
  await writer?.end();
  await platform?.stop();
  deleteDataFolder(dataDir);
});

const serve = (port = 0) =>
  serveStreams({ database: platform.database.url('analyst'), holder: platform, port });

/** Trades of the next minutes, as soon as the database takes them: one that was stored already is not stored again. */
async function more(minutes: number): Promise<void> {
  await waitFor('the database to take trades', async () => {
    try {
      await trade(writer, SYMBOL, minute, minute + minutes);
      return true;
    } catch {
      void writer.end().catch(() => {});
      writer = await openWriter(platform.database.url('owner')).catch(() => writer);
      return false;
    }
  });
  minute += minutes;
}

/** Ids of all trades so far, as each is a minute of its own. */
const all = (): number[] => Array.from({ length: minute }, (_, id) => id);

type Message = { readonly type: string; readonly data: readonly Readonly<Record<string, unknown>>[] };

const ids = (messages: readonly Message[]): number[] =>
  messages.flatMap(({ type, data }) =>
    type === 'snapshot' || type === 'update' ? data.map(({ trade_id: id }) => Number(id)) : [],
  );

/** The close of each minute, by what the client was told in the end. */
const closes = (messages: readonly Message[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    messages.flatMap(({ type, data }) =>
      type === 'snapshot' || type === 'update' ? data.map((row) => [row.window_start, row.close]) : [],
    ),
  );

async function stored(): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fetch(`${api.url}/v1/candles/BTC-USD?timeframe=1m&limit=5000`);
  const { data } = (await answer.json()) as { data: readonly Readonly<Record<string, unknown>>[] };
  return Object.fromEntries(data.map((row) => [row.window_start, row.close]));
}

async function follow(): Promise<Peer> {
  const peer = await api.connect();
  for (const channel of ['trade', 'candle'])
    await waitFor('the market to be known', async () => {
      const [answer] = await peer.ask({ method: 'subscribe', params: { channel, symbol: SYMBOL } });
      return answer.success === true;
    });
  return peer;
}

/** Of what the events of a channel said. */
const of = (followed: EventFollower, channel: string): readonly Message[] =>
  followed.events.flatMap(({ event, data }) => (event === channel ? [data] : []));

async function expectAll(peer: Peer): Promise<void> {
  await peer.until(() => ids(peer.of('trade')).length >= minute);
  await peer.until(() => Object.keys(closes(peer.of('candle'))).length >= minute);
  expect(ids(peer.of('trade')).sort((a, b) => a - b)).toEqual(all());
  expect(closes(peer.of('candle'))).toEqual(await stored());
}

test('an engine that ends and is started again: what was written meanwhile is told, each trade once', async () => {
  const peer = await follow();
  const before = platform.engine;
  const recovered = said.length;
  await before.stop();
  await more(5);
  await waitFor('another engine', async () => platform.engine !== before);
  expect(said.slice(recovered).join()).toContain('it runs again');
  await more(5);
  await platform.engine.refresh();
  await expectAll(peer);
  expect(peer.socket.readyState).toBe(peer.socket.OPEN);
  expect(peer.of('trade').some(({ type }) => type === 'gap')).toBe(false);
  peer.socket.terminate();
}, 120_000);

test('a database that is killed under WebSockets and server-sent events: they stay, and miss nothing', async () => {
  const peer = await follow();
  const events = new EventFollower(`${api.url}/v1/stream?${QUERY}`);
  await events.until(() => of(events, 'candle').length > 0);
  const postmaster = join(existingHome(dataDir) ?? '', 'pg', 'postmaster.pid');
  const recovered = said.length;
  process.kill(Number(readFileSync(postmaster, 'utf8').split('\n')[0]), 'SIGKILL');
  await waitFor('a new database', async () => said.slice(recovered).join().includes('it runs again'));
  await more(10);
  await platform.engine.refresh();
  await expectAll(peer);
  await events.until(() => ids(of(events, 'trade')).length >= minute);
  expect(ids(of(events, 'trade')).sort((a, b) => a - b)).toEqual(all());
  await events.until(() => Object.keys(closes(of(events, 'candle'))).length >= minute);
  expect(closes(of(events, 'candle'))).toEqual(await stored());
  expect([events.connected, peer.socket.readyState]).toEqual([1, peer.socket.OPEN]);
  // Who comes now is served too.
  const later = await follow();
  await later.until(() => later.of('candle').length > 0);
  later.socket.terminate();
  peer.socket.terminate();
  await events.leave();
}, 120_000);

test('an API that is started again: server-sent events and the client come back to the newest state', async () => {
  const events = new EventFollower(`${api.url}/v1/stream?${QUERY}`);
  const open = (url: string): Socket => new WebSocket(url) as unknown as Socket;
  const client = new TickwaveClient({ url: api.url, open, random: () => 0 });
  const heard: Message[] = [];
  let look = (): void => {};
  client.subscribe({ channel: 'candle', symbol: SYMBOL, timeframe: '1m' }, (event) => {
    heard.push(event);
    look();
  });
  await events.until(() => of(events, 'trade').length > 0 && of(events, 'candle').length > 0);
  const { port } = new URL(api.url);
  await api.stop();
  const known = events.events.length;
  await more(5);
  api = await serve(Number(port));
  await platform.engine.refresh();
  // The cursor that it said is of the old one, so it is told that it begins anew; nothing goes on as if nothing had been. What
  // the old one said as its last word may come before or after it was looked at above.
  const since = (): string[] => events.events.slice(known).map(({ event, data }) => `${event} ${data.type}`);
  await events.until(() => since().includes('trade snapshot') && since().includes('candle snapshot'));
  expect(since()).toContain('reset reset');
  await more(5);
  await events.until(() => ids(of(events, 'trade')).includes(minute - 1));
  const anew = of(events, 'trade').slice(
    of(events, 'trade').findLastIndex(({ type }) => type === 'snapshot'),
  );
  expect(ids(anew)).toEqual(all().slice(-ids(anew).length));
  await events.until(() => Object.keys(closes(of(events, 'candle'))).length >= minute);
  expect(closes(of(events, 'candle'))).toEqual(await stored());
  while (Object.keys(closes(heard)).length < minute)
    await new Promise<void>((resolve) => {
      look = resolve;
    });
  expect(closes(heard)).toEqual(await stored());
  client.close();
  await events.leave();
}, 120_000);
