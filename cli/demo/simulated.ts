import { setImmediate } from 'node:timers/promises';
import { simulateHistory } from '../../connectors/simulator/history.ts';
import { instruments } from '../../connectors/simulator/instrument.ts';
import { SimulatedMarket } from '../../connectors/simulator/market.ts';
import { EXCHANGE } from '../../connectors/simulator/simulatedSymbol.ts';
import type { Study } from '../../jobs/demo/options.ts';
import { Recording } from './recording.ts';
import { type DemoSource, plainTime } from './source.ts';

/** The same seed plays the same tape on any day. */
const START = Date.UTC(2026, 0, 5);
const HOUR = 3_600_000;
/** Trades a second of each market. */
const RATE = 1;
/** Strength of the planted signal, as in MarketOptions: strong enough to be found in four days. */
const SIGNAL = 0.8;

export interface SimulatedDemoOptions {
  readonly seed: number;
  readonly hours: number;
  /** Share of the time that comes as minutes; then come trades. */
  readonly trainShare: number;
  readonly horizonMinutes: number;
  readonly onProgress: (share: number) => void;
  readonly signal: AbortSignal;
}

/** Two markets that differ in one thing: in the first the order flow says a little of what the price will do, in the second nothing does. */
export async function simulatedDemo(options: SimulatedDemoOptions): Promise<DemoSource> {
  const recording = new Recording();
  const pair = [
    {
      symbol: 'SIGNAL/USD',
      signal: SIGNAL,
      name: 'demo-signal',
      title: 'A market with a planted signal',
    },
    { symbol: 'WALK/USD', signal: 0, name: 'demo-walk', title: 'A random walk' },
  ] as const;
  for (const [index, { symbol, signal }] of pair.entries())
    await simulateInto(recording, symbol, signal, options, index / pair.length);
  return {
    recording,
    studies: pair.map(({ symbol, name, title }): Study => {
      const markets = [{ exchange: EXCHANGE, symbol }];
      return {
        name: `${name}-${options.horizonMinutes}m`,
        title,
        markets,
        horizonMinutes: options.horizonMinutes,
      };
    }),
    about: {
      kind: 'simulated',
      about: `Made-up trades of ${options.hours} hours in two markets, seed ${options.seed}. No figure here says anything about a real market.`,
      files: [],
      notes: [
        `SIGNAL/USD: each second's expected return is ${SIGNAL} of its standard deviation times the taker imbalance of the past minutes. WALK/USD: order flow says nothing of returns.`,
      ],
      barMinutes: 1,
    },
    timeOf: plainTime,
  };
}

async function simulateInto(
  recording: Recording,
  symbol: string,
  planted: number,
  { seed, hours, trainShare, onProgress, signal }: SimulatedDemoOptions,
  before: number,
): Promise<void> {
  const endMs = START + hours * HOUR;
  const cutMs = Math.floor((START + trainShare * hours * HOUR) / 60_000) * 60_000;
  const market = new SimulatedMarket({
    ...{ seed, startMs: START, outagesPerDay: 0, signal: planted, tradesPerSecond: RATE },
    instruments: instruments(1).map((instrument) => ({ ...instrument, symbol })),
  });
  for (let at = START; at < endMs && !signal.aborted; ) {
    at = Math.min(endMs, at + HOUR);
    const { candles, heartbeats } = simulateHistory(market, Math.min(at, cutMs));
    for (const candle of candles) recording.candle(candle);
    for (const heartbeat of heartbeats) recording.heartbeat(heartbeat);
    for (const second of market.until(at)) {
      for (const trade of second.trades) recording.trade(trade);
      for (const heartbeat of second.heartbeats) recording.heartbeat(heartbeat);
    }
    onProgress(before + (at - START) / (endMs - START) / 2);
    // Signals get their turn.
    await setImmediate();
  }
}
