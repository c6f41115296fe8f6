import { expect, test } from '@jest/globals';
import { ManualClock } from '../../test/support/manualClock.ts';
import { Broadcast } from './broadcast.ts';
import { CHANNELS, type Channel } from './channels.ts';
import type { Row } from './row.ts';
import { Topic, type TopicChange } from './topic.ts';

const channel = (name: string): Channel => {
  const found = CHANNELS.find((one) => one.name === name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
};
const trade = channel('trade');
const candle = channel('candle');
const topicOf = (of: Channel): Topic =>
  new Topic({ channel: of, market: { exchange: 'kraken', symbol: 'BTC/USD' }, timeframe: null });
const row = (id: number, text: string): Row => ({
  ...{ id: String(id), json: text, key: `key ${id}`, open: true, at: [id] },
});

/** A broadcast whose telling takes as long as the test says. */
function rig() {
  const clock = new ManualClock(0);
  let now = 0;
  let costs = 0;
  const told: string[][] = [[]];
  const broadcast = new Broadcast(
    { now: () => now, sleep: (ms, signal) => clock.sleep(ms, signal) },
    ({ name }, changes) => {
      now += costs;
      for (const { rows, gone } of changes)
        told.at(-1)?.push(`${name} ${rows.map(({ json }) => json)}|${gone.map(({ key }) => key)}`);
    },
    () => told.push([]),
  );
  const change = (topic: Topic, rows: readonly Row[], gone: readonly Row[] = []): TopicChange => ({
    ...{ topic, rows, gone, dropped: 0 },
  });
  return {
    ...{ broadcast, change, clock },
    told: () => told.filter((one) => one.length > 0),
    cost: (ms: number) => {
      costs = ms;
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test('with few clients each channel is told once it has been read', () => {
  const { broadcast, change, told } = rig();
  const [trades, candles] = [broadcast.read(), broadcast.read()];
  broadcast.add(trade, [change(topicOf(trade), [row(1, 'a')])]);
  trades();
  expect(told()).toEqual([['trade a|']]);
  broadcast.add(candle, [change(topicOf(candle), [row(1, 'b')])]);
  candles();
  expect(told()).toEqual([['trade a|'], ['candle b|']]);
});

test('with many clients, channels that are read at the same time are told together', () => {
  const { broadcast, change, told, cost, pass } = rig();
  cost(20);
  const one = (of: Channel, text: string): void => broadcast.add(of, [change(topicOf(of), [row(1, text)])]);
  const first = broadcast.read();
  one(trade, 'first');
  first();
  pass(100);
  const [trades, candles] = [broadcast.read(), broadcast.read()];
  one(trade, 'a');
  trades();
  expect(told()).toHaveLength(1);
  one(candle, 'b');
  candles();
  expect(told()).toEqual([['trade first|'], ['trade a|', 'candle b|']]);
});

test('after much work it rests, and what changes twice meanwhile is told once', async () => {
  const { broadcast, change, told, cost, pass, clock } = rig();
  cost(100);
  const topic = topicOf(candle);
  const put = (rows: readonly Row[], gone: readonly Row[] = []): void => {
    const read = broadcast.read();
    broadcast.add(candle, [change(topic, rows, gone)]);
    read();
  };
  put([row(1, 'old')]);
  expect(told()).toHaveLength(1);
  put([row(3, 'c'), row(1, 'a')]);
  put([row(1, 'newer')], [row(3, 'c')]);
  put([row(2, 'b')], [row(4, 'd')]);
  expect(told()).toHaveLength(1);
  pass(100);
  clock.wakeNext();
  await new Promise((resolve) => setImmediate(resolve));
  expect(told().slice(1)).toEqual([['candle newer,b|key 3,key 4']]);
});

test('who begins to follow is not told what it has been given', () => {
  const { broadcast, change, told, cost } = rig();
  cost(100);
  broadcast.add(trade, [change(topicOf(trade), [row(1, 'a')])]);
  broadcast.flush();
  broadcast.add(trade, [change(topicOf(trade), [row(2, 'b')])]);
  broadcast.flush();
  broadcast.flush();
  expect(told()).toEqual([['trade a|'], ['trade b|']]);
});
