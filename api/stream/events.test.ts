import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Rig, streamRig } from './fixtures/rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await streamRig();
});
afterAll(() => rig.stop());

interface Event {
  readonly id: string | undefined;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a message, whose shape it does not know
  readonly data: any;
}

/** Reads a stream until it has brought as many events as wanted, and leaves it. */
async function read(query: string, wanted: number, headers: Record<string, string> = {}): Promise<Event[]> {
  const leaving = new AbortController();
  const response = await fetch(`${rig.listening.url}/v1/stream?${query}`, {
    headers,
    signal: leaving.signal,
  });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(response.headers.get('cache-control')).toContain('no-transform');
  expect(response.headers.get('content-encoding')).toBeNull();
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (events(text).length >= wanted) break;
  }
  leaving.abort();
  return events(text).slice(0, wanted);
}

function events(text: string): Event[] {
  const blocks = text.split('\n\n').slice(0, -1);
  return blocks.flatMap((block) => {
    const field = (name: string) =>
      block
        .split('\n')
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2);
    const event = field('event');
    return event === undefined ? [] : [{ id: field('id'), event, data: JSON.parse(field('data') ?? '') }];
  });
}

const trade = async (id: number): Promise<void> => {
  await rig.owner.query("insert into trades values ('kraken', 'SOL/USD', $1, now(), 1, 1, 'buy')", [id]);
  rig.source.changed('trades', [{ exchange: 'kraken', symbol: 'SOL/USD', trade_id: String(id) }]);
};
const ids = (all: readonly Event[]) =>
  all.map(({ data }) => data.data.map((row: { trade_id: number }) => row.trade_id));

test('it begins with snapshots, and one who comes back is sent what it missed', async () => {
  await trade(1);
  const first = await read('channels=trade,candle&symbols=SOL-USD&timeframe=5m', 2);
  expect(first.map(({ event, data }) => [event, data.type, data.data.length])).toEqual([
    ['trade', 'snapshot', 1],
    ['candle', 'snapshot', 10],
  ]);
  await trade(2);
  await trade(3);
  const missed = await read('channels=trade&symbols=SOL-USD', 1, { 'last-event-id': first[1]?.id ?? '' });
  expect(missed[0]?.data.type).toBe('update');
  const [both] = ids(missed);
  // Both at once, or one and then the other.
  const rest =
    both.length === 2
      ? []
      : await read('channels=trade&symbols=SOL-USD', 1, { 'last-event-id': missed[0]?.id ?? '' });
  expect([...both, ...ids(rest).flat()]).toEqual([2, 3]);
});

test('one that was away for too long is told so, and begins anew', async () => {
  const all = await read('channels=trade&symbols=SOL-USD', 2, { 'last-event-id': '00000000-7' });
  expect(all.map(({ event, data }) => [event, data.type])).toEqual([
    ['reset', 'reset'],
    ['trade', 'snapshot'],
  ]);
});

test.each([
  ['channels=book&symbols=BTC-USD', 400, 'bad_parameter'],
  ['channels=trade', 400, 'bad_parameter'],
  ['channels=trade&symbols=BTC-USD&depth=3', 400, 'unknown_parameter'],
  ['channels=trade&symbols=DOGE-USD', 404, 'unknown_market'],
  ['channels=candle&symbols=BTC-USD&timeframe=7m', 400, 'bad_parameter'],
])('%s is refused as by REST', async (query, status, code) => {
  const response = await fetch(`${rig.listening.url}/v1/stream?${query}`);
  expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([status, code]);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
});

test('when its clients have left, nothing is held for them', async () => {
  await read('channels=trade&symbols=SOL-USD', 1);
  const peer = await rig.connect();
  // Heartbeats come each second; by one of them the server has noticed.
  await peer.until(() => rig.streams.figures.connections === 1);
  expect(rig.streams.figures.connections).toBe(1);
  peer.socket.close();
});
