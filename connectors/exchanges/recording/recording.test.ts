import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { describeWithData } from '../../../test/support/data.ts';
import { Diary, FakeServer, fakeExchange } from '../../../test/support/fakeExchange.ts';
import { LoggedClock, until } from '../../../test/support/loggedClock.ts';
import { TradeFile } from '../../files/tradeFile.ts';
import { isoOf } from '../../instant.ts';
import type { Trade } from '../../landing.ts';
import type { Message } from '../exchange.ts';
import { kraken } from '../kraken.ts';
import { exchangeNamed } from '../registry.ts';
import { Session } from '../session/session.ts';
import { FrameRecorder } from './frameRecorder.ts';
import { readRecording } from './readRecording.ts';
import { replayFrames } from './replayFrames.ts';

const START = Date.UTC(2026, 8, 27);
const folder = mkdtempSync(join(tmpdir(), 'tickwave-recording-'));
const clock = new LoggedClock(START);
afterAll(() => rmSync(folder, { recursive: true }));

let names = 0;
const path = (ending: string): string => join(folder, `${++names}.${ending}`);
/** Each frame as text, with its connection and time. */
async function read(file: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const { receivedMicros, connection, exchange, frame } of readRecording(file)) {
    lines.push(`${isoOf(receivedMicros)} ${exchange} ${connection} ${frame.toString('latin1')}`);
  }
  return lines;
}

describe.each(['ndjson', 'ndjson.gz'])('a recording as %s', (ending) => {
  test('gives back every frame, bytes that are no text too', async () => {
    const file = path(ending);
    const recorder = await FrameRecorder.open({ path: file, clock });
    const [one, two] = [recorder.connection('kraken'), recorder.connection('binance')];
    await recorder.write(Buffer.from('{"a":"\\n"}\n'), START * 1000 + 1, one);
    await recorder.write(Buffer.from([0xff, 0x00]), START * 1000 + 2, two);
    await recorder.write(Buffer.from(''), START * 1000 + 3, one);
    await recorder.close();
    expect(await read(file)).toEqual([
      '2026-09-27T00:00:00.000001Z kraken 1 {"a":"\\n"}\n',
      '2026-09-27T00:00:00.000002Z binance 2 \xff\x00',
      '2026-09-27T00:00:00.000003Z kraken 1 ',
    ]);
    expect(recorder.counts()).toEqual({ frames: 3, bytes: readFileSync(file).length, files: [file] });
  });

  test('is on disk within a second of frames, so a killed process leaves what can be read', async () => {
    const file = path(ending);
    const recorder = await FrameRecorder.open({ path: file, clock });
    const connection = recorder.connection('kraken');
    for (let i = 0; i < 10; i++) {
      await recorder.write(Buffer.from(`frame ${i}`), i, connection);
      void clock.sleep(400);
      clock.wakeNext();
    }
    // Not closed: written at 1.2 s, 2.8 s, …
    const lines = await read(file);
    expect(lines.map((line) => line.slice(-7))).toEqual(Array.from({ length: 8 }, (_, i) => `frame ${i}`));
    // Into the last block; a packed one ends in 8 bytes of check sums.
    truncateSync(file, readFileSync(file).length - 20);
    const cut = await read(file);
    expect(lines).toEqual(expect.arrayContaining(cut));
    expect(cut.length).toBeGreaterThanOrEqual(4);
    expect(cut.length).toBeLessThan(8);
    await recorder.close();
  });

  test('goes on in the next file, and ends at the limit by name', async () => {
    const file = path(ending);
    const recorder = await FrameRecorder.open({ path: file, clock, maxFileBytes: 100, maxFiles: 3 });
    const connection = recorder.connection('kraken');
    const write = async (): Promise<void> => {
      // Frames of 300 kB are blocks of their own.
      await recorder.write(Buffer.from('x'.repeat(300_000)), 0, connection);
    };
    for (let i = 0; i < 3; i++) await write();
    await expect(write()).rejects.toThrow('its 3 files of 100 bytes');
    await expect(write()).rejects.toMatchObject({ code: 'limit-reached' });
    await expect(recorder.close()).rejects.toMatchObject({ code: 'limit-reached' });
    const { files } = recorder.counts();
    expect(files).toEqual([file, file.replace('.nd', '.2.nd'), file.replace('.nd', '.3.nd')]);
    expect(await Promise.all(files.map(async (name) => (await read(name)).length))).toEqual([1, 1, 1]);
    // What is there is never written over.
    await expect(FrameRecorder.open({ path: file, clock, maxFiles: 3 })).rejects.toThrow('3 files');
  });
});

test('a recording that cannot be written says so, and a file that is none too', async () => {
  await expect(FrameRecorder.open({ path: join(folder, 'none', 'a.ndjson'), clock })).rejects.toMatchObject({
    code: 'unwritable-file',
  });
  const file = path('ndjson');
  writeFileSync(file, '{"t":1,"c":1,"x":"kraken","f":""}\n{}\n');
  await expect(read(file)).rejects.toThrow(`${file}:1 is`);
});

test('frames that many sessions write at once all arrive', async () => {
  const file = path('ndjson.gz');
  const recorder = await FrameRecorder.open({ path: file, clock });
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    const connection = recorder.connection(`x${writer}`);
    for (let i = 0; i < 50; i++)
      await recorder.write(Buffer.from(`${i} ${'y'.repeat(10_000)}`), i, connection);
  });
  await Promise.all(writers);
  await recorder.close();
  const lines = await read(file);
  expect(lines).toHaveLength(400);
  for (let writer = 0; writer < 8; writer++) {
    const own = lines
      .filter((line) => line.includes(` x${writer} `))
      .map((line) => Number(line.split(' ')[3]));
    expect(own).toEqual(Array.from({ length: 50 }, (_, i) => i));
  }
});

test('a session records each connection under a number of its own, and ends when nothing can be recorded', async () => {
  const server = await FakeServer.start();
  const file = path('ndjson');
  const recorder = await FrameRecorder.open({ path: file, clock, maxFileBytes: 1, maxFiles: 1 });
  const diary = new Diary();
  const exchange = fakeExchange();
  const session = new Session({
    exchange,
    url: server.url,
    symbols: ['A'],
    clock,
    random: () => 0,
    handler: diary,
    recorder,
  });
  const running = session.run(new AbortController().signal);
  await until(() => diary.lines.includes('subscribed "A"'));
  server.last.terminate();
  await until(() => session.state().state === 'waiting');
  clock.wakeNext();
  await until(() => session.state().reconnects === 1 && session.state().frames === 2);
  server.last.send(`["${'x'.repeat(300_000)}"]`);
  await until(() => session.state().frames === 3);
  server.last.send(`["${'x'.repeat(300_000)}"]`);
  await expect(running).rejects.toMatchObject({ code: 'limit-reached' });
  expect((await read(file)).map((line) => line.slice(25, 40))).toEqual([
    'fake 1 [{"kind"',
    'fake 2 [{"kind"',
    'fake 2 ["xxxxxx',
  ]);
  await server.stop();
});

describeWithData(
  'frames of Kraken, recorded from a line',
  [
    'messages/flashbook/kraken_live-btc-eth.ndjson',
    'messages/kraken_v2_trade_snapshot_btc_eth_20260926.jsonl',
  ],
  (...files) => {
    test('give the same trades as live: by the parser, and by a replay of the file', async () => {
      const sent = files.flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'));
      const server = await FakeServer.start();
      server.onFrame = (_frame, socket) => {
        server.onFrame = () => undefined;
        for (const frame of sent) socket.send(frame);
      };
      const file = path('ndjson.gz');
      const recorder = await FrameRecorder.open({ path: file, clock });
      const live: Trade[] = [];
      const unreadable: string[] = [];
      const collect = (trades: Trade[]) => ({
        message: async (message: Message) => {
          if (message.kind === 'trades') trades.push(...message.trades);
        },
        unreadable: async (_frame: Uint8Array, reason: string) => {
          unreadable.push(reason);
        },
      });
      const handler = { ...collect(live), up: () => undefined, down: () => undefined };
      const symbols = ['BTC/USD', 'ETH/USD'];
      const session = new Session({
        exchange: kraken,
        url: server.url,
        symbols,
        clock,
        random: () => 0,
        handler,
        recorder,
      });
      const stop = new AbortController();
      const running = session.run(stop.signal);
      await until(() => session.state().frames === sent.length);
      stop.abort();
      await running;
      await recorder.close();
      await server.stop();

      expect(live.length).toBeGreaterThan(100);
      expect(session.state().symbols.map(({ state }) => state)).toEqual(['subscribed', 'subscribed']);
      const replayed: Trade[] = [];
      expect(await replayFrames({ paths: [file], exchangeNamed, handler: collect(replayed) })).toBe(
        sent.length,
      );
      expect(replayed).toEqual(live);
      expect(unreadable).toEqual([]);
      expect(await tradesOf(file)).toEqual(live);
    });
  },
);

/** The trades of a file as `tickwave replay` reads them. */
async function tradesOf(file: string): Promise<Trade[]> {
  const opened = await TradeFile.open({ path: file, clock, source: 'replay', makeIds: false });
  expect(opened.layout.name).toBe('frames');
  const trades: Trade[] = [];
  for (let rows = await opened.next(); rows !== null; rows = await opened.next()) {
    for (const row of rows) {
      if (row.kind === 'bad') throw new Error(row.letter.reason);
      const { exchange, symbol, tradeId, micros, price, quantity, side, receivedMicros } = row;
      trades.push({
        exchange,
        symbol,
        tradeId: tradeId ?? '',
        ts: isoOf(micros),
        price,
        quantity,
        side,
        receivedAt: isoOf(receivedMicros ?? 0),
      });
    }
  }
  return trades;
}
