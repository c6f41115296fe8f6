import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sharedData } from '../../test/support/data.ts';
import { BadField, ExchangeRefused } from '../errors.ts';
import type { ImportedCandle, Trade } from '../landing.ts';
import type { Message } from './exchange.ts';
import { exchanges } from './registry.ts';

// Frames and answers, damaged in any way, are read or rejected with BadField: nothing else is thrown, and what is read
// keeps what every trade keeps. A failure prints the seed and path that replay it; give them to `fc.assert`.

const RECEIVED_AT = '2026-09-27T00:00:00.000Z';
const RUNS = 2000;
/** Frames of a recording that are damaged; the rest are like them. */
const MOST_FRAMES = 300;

const RECORDED: Readonly<Record<string, readonly string[]>> = {
  kraken: [
    'messages/kraken_v2_trade_snapshot_btc_eth_20260926.jsonl',
    'messages/flashbook/kraken_live-btc-eth.ndjson',
    'messages/gocryptotrader/kraken_wsHandleData.jsonl',
  ],
  coinbase: ['messages/flashbook/coinbase_live-btc-eth.ndjson'],
  binance: [
    'messages/flashbook/binance_live-btc-eth.ndjson',
    'messages/gocryptotrader/binance_wsHandleData.jsonl',
  ],
};

interface Samples {
  readonly frames: readonly { readonly frame: string }[];
  readonly history: { readonly answers: readonly Body[]; readonly refusals: readonly Body[] };
  readonly candles: { readonly answers: readonly Body[] };
}
interface Body {
  readonly body: string;
}

function samplesOf(name: string): Samples {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8')) as Samples;
}

/** Short frames that are about trades first: an order book of 100 KiB is no better a beginning. */
function recordedFrames(name: string): readonly string[] {
  return (RECORDED[name] ?? []).flatMap((path) => {
    const full = sharedData(path);
    const lines =
      full === null
        ? []
        : readFileSync(full, 'utf8')
            .split('\n')
            .filter((line) => line !== '');
    const trades = lines.filter((line) => /trade|match/.test(line));
    return [...trades, ...lines].filter((line) => line.length < 12_000).slice(0, MOST_FRAMES);
  });
}

/** Values that JSON can hold, in the place of another. */
const value = fc.oneof(
  fc.constantFrom('null', 'true', '0', '-1', '1e-7', '1e400', '-0.0', '""', '{}', '[]', '[null]', '1e-9999'),
  fc.constantFrom('"\\u0000"', '"__proto__"', '"1e5"', '1'.repeat(400), `"${'9'.repeat(50_000)}"`, '"x/y"'),
  fc.constantFrom(`${'['.repeat(1000)}${']'.repeat(1000)}`, '{"a":{"b":[1,{}]}}', '"2026-02-30T00:00:00Z"'),
  fc.jsonValue().map((any) => JSON.stringify(any)),
  fc.bigInt().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
);
const noise = fc.oneof(
  fc.constantFrom('\\', '"', '{', '}', ',', ':', 'NaN', '['.repeat(20_000), '{"a":'.repeat(20_000)),
  fc.string({ unit: 'binary' }),
);
const step = fc.record({
  what: fc.oneof(
    { weight: 5, arbitrary: fc.constant('value') },
    { weight: 3, arbitrary: fc.constant('name') },
    { weight: 2, arbitrary: fc.constantFrom('add', 'double') },
    { weight: 1, arbitrary: fc.constantFrom('noise', 'cut') },
  ),
  at: fc.nat(),
  value,
  noise,
});

/** The parts of a JSON text: a name with its colon, a value, or anything else of one character. */
const TOKENS = /"(?:[^"\\]|\\.)*"\s*:?|[-\w.+]+|./gs;
const KIND = { value: /^(".*"|[-\w.+]+)$/s, name: /:$/, add: /^\{$/, double: /^(".*"|[-\w.+]+)$/s };

/** A text with values changed, fields renamed or added, list items doubled; or broken, or cut off. */
function damaged(texts: readonly string[]): fc.Arbitrary<string> {
  const steps = fc.array(step, { minLength: 1, maxLength: 3 });
  return fc.record({ text: fc.constantFrom(...texts), steps }).map((sample) => {
    const tokens: string[] = [...(sample.text.match(TOKENS) ?? [])];
    for (const one of sample.steps) {
      const kind = KIND[one.what as keyof typeof KIND] ?? /./s;
      const places = [...tokens.keys()].filter((i) => kind.test(tokens[i] ?? ''));
      const i = places[one.at % places.length];
      if (i === undefined) continue;
      if (one.what === 'value') tokens[i] = one.value;
      if (one.what === 'name') tokens[i] = '"renamed":';
      if (one.what === 'add')
        tokens.splice(i, 1, '{', `"added${one.at}":`, one.value, tokens[i + 1] === '}' ? '' : ',');
      if (one.what === 'double') tokens.splice(i, 0, tokens[i] ?? '', ',');
      if (one.what === 'noise') tokens[i] = one.noise;
      if (one.what === 'cut') tokens.length = i;
    }
    return tokens.join('');
  });
}

const DECIMAL = /^\d+(\.\d+)?$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(\d{3})?Z$/;
const SYMBOL = /^[A-Z0-9.]+\/[A-Z0-9.]+$/;

function checkTrades(trades: readonly Trade[], exchange: string, symbol: string): void {
  let before = -1n;
  for (const trade of trades) {
    expect(trade).toMatchObject({ exchange, symbol, receivedAt: RECEIVED_AT });
    expect([trade.symbol, trade.ts, trade.price, trade.quantity, trade.side, trade.tradeId]).toEqual([
      expect.stringMatching(SYMBOL),
      expect.stringMatching(TIME),
      expect.stringMatching(DECIMAL),
      expect.stringMatching(DECIMAL),
      expect.stringMatching(/^(buy|sell)$/),
      expect.stringMatching(/^\d{1,18}$/),
    ]);
    expect(BigInt(trade.tradeId) >= before).toBe(true);
    before = BigInt(trade.tradeId);
  }
}

function checkMessages(messages: readonly Message[], exchange: string): void {
  expect(messages.length).toBeGreaterThan(0);
  for (const message of messages) {
    if ('symbol' in message && message.symbol !== null) expect(message.symbol).toMatch(SYMBOL);
    if (message.kind === 'trades') {
      expect(message.trades.length).toBeGreaterThan(0);
      checkTrades(message.trades, exchange, message.symbol);
    }
    if (message.kind === 'rejected') expect(message.words).not.toBe('');
    if (message.kind === 'alive' && message.newestId !== undefined)
      expect(message.newestId).toMatch(/^\d{1,18}$/);
  }
}

function checkCandles(candles: readonly ImportedCandle[]): void {
  for (const candle of candles) {
    for (const value of [candle.open, candle.high, candle.low, candle.close, candle.volume])
      expect(value).toMatch(DECIMAL);
    expect(Number(candle.high)).toBeGreaterThanOrEqual(Number(candle.low));
    expect(Date.parse(candle.windowStart) % 60_000).toBe(0);
  }
}

describe.each(exchanges.map((exchange) => [exchange.name, exchange] as const))('%s', (name, exchange) => {
  const { frames, history, candles } = samplesOf(name);
  const frameTexts = [...frames.map(({ frame }) => frame), ...recordedFrames(name)];
  const bodies = [...history.answers, ...history.refusals, ...candles.answers].map(({ body }) => body);

  /** How many texts were read, for a fuzz that reads nothing tries nothing. */
  function fuzz(texts: fc.Arbitrary<string>, runs: number, allowed: unknown[], read: (t: string) => void) {
    let good = 0;
    fc.assert(
      fc.property(texts, (text) => {
        try {
          read(text);
          good++;
        } catch (error) {
          if (!allowed.some((type) => error instanceof (type as typeof BadField))) throw error;
        }
      }),
      { numRuns: runs },
    );
    return good;
  }

  test('reads or rejects damaged frames', () => {
    const read = (text: string): void => checkMessages(exchange.read(text, RECEIVED_AT), name);
    expect(fuzz(damaged(frameTexts), RUNS, [BadField], read)).toBeGreaterThan(RUNS / 20);
  });

  test('rejects noise', () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.json());
    fuzz(texts, RUNS / 4, [BadField], (text) => checkMessages(exchange.read(text, RECEIVED_AT), name));
  });

  test('reads or rejects damaged answers', () => {
    const symbol = 'BTC/USD';
    const both = [BadField, ExchangeRefused];
    const trades = (text: string): void =>
      checkTrades(exchange.history.read(text, symbol, RECEIVED_AT), name, symbol);
    const minutes = (text: string): void => checkCandles(exchange.candles.read(text, symbol));
    expect(fuzz(damaged(bodies), RUNS / 2, both, trades)).toBeGreaterThan(RUNS / 100);
    expect(fuzz(damaged(bodies), RUNS / 2, both, minutes)).toBeGreaterThan(RUNS / 100);
  });

  test('is not slowed down by a frame as large as is let in', () => {
    const { maxFrameBytes } = exchange.limits;
    for (const frame of frames.map((sample) => sample.frame)) {
      // A number of a million digits in the place of each text: whatever takes time by the square would not end.
      const long = frame.replaceAll(/"\d[^"]*"|(?<=:)\d[\d.]*/g, '1'.repeat(maxFrameBytes / 8));
      try {
        exchange.read(long, RECEIVED_AT);
      } catch (error) {
        expect(error).toBeInstanceOf(BadField);
      }
    }
  });
});
