import { Random } from '../../../connectors/simulator/random.ts';
import type { Clock } from '../../../engine/clock.ts';
import { ScaledClock } from '../../support/scaledClock.ts';
import { printed, scheduleOf } from '../faults/schedule.ts';
import { SimulatedExchange } from '../simulatedExchange.ts';
import { wrongGaps, wrongHeartbeats, wrongLetters, wrongTrades } from './account.ts';
import type { SoakOptions, SoakResult } from './options.ts';
import { summaryOf } from './summary.ts';
import { Watch, WatchedLanding } from './watchedLanding.ts';

const START_MS = Date.UTC(2026, 0, 5, 9, 30, 17);
const MARKETS = 3;
/** Of all markets together. */
const TRADES_PER_SECOND = 6;
const HISTORY_MS = 20 * 60_000;
/** Mean time between two faults, and between two kills; longest time between a kill and the next life. Milliseconds. */
const FAULT_EVERY_MS = 6_000;
const KILL_EVERY_MS = 60_000;
const LONGEST_DEATH_MS = 20_000;
/** How long the database takes for some trades at most, in half of the feed's lives. Milliseconds. */
const SLOWEST_STORE_MS = 10_000;
/** How long the feed may take after the last fault until nothing is missing, and how often that is looked at. */
const PATIENCE_MS = 30 * 60_000;
const LOOK_EVERY_MS = 20_000;

/**
 * Runs a feed against a simulated exchange while everything goes wrong, kills it again and again, and in the end holds
 * what is stored against what happened.
 */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { dialect, seed, minutes, factor } = options;
  const clock = new ScaledClock(START_MS, factor);
  const durationMs = minutes * 60_000;
  const faults = scheduleOf({ seed, durationMs, everyMs: FAULT_EVERY_MS, exchange: dialect.name });
  const market = { markets: MARKETS, tradesPerSecond: TRADES_PER_SECOND, historyMs: HISTORY_MS };
  const exchange = await SimulatedExchange.open({ dialect, clock, seed, faults, ...market });
  const run = new SoakRun(options, exchange, clock);
  try {
    await run.goWrong(clock.now() + durationMs);
    const wrong = await run.comeToRest();
    return { wrong, summary: await run.summary(), schedule: printed(faults) };
  } finally {
    await exchange.close();
  }
}

class SoakRun {
  private readonly options: SoakOptions;
  private readonly exchange: SimulatedExchange;
  private readonly clock: Clock;
  private readonly watch: Watch;
  private readonly random: Random;
  private kills = 0;

  constructor(options: SoakOptions, exchange: SimulatedExchange, clock: Clock) {
    this.options = options;
    this.exchange = exchange;
    this.clock = clock;
    this.watch = new Watch(exchange.tape);
    this.random = new Random(options.seed, 'kills');
  }

  /** One life after another, each ended by a kill. */
  async goWrong(untilMs: number): Promise<void> {
    while (this.clock.now() < untilMs) {
      const life = this.begin();
      await this.clock.sleep(Math.min(untilMs - this.clock.now(), KILL_EVERY_MS * this.random.exponential()));
      await life.kill();
      this.kills++;
      await this.clock.sleep(LONGEST_DEATH_MS * this.random.uniform());
    }
  }

  /** The last life: nothing goes wrong any more, and soon nothing is missing. Gives what still is when patience ends. */
  async comeToRest(): Promise<readonly string[]> {
    const life = this.begin();
    try {
      await this.restMarkets();
      const deadline = this.clock.now() + PATIENCE_MS;
      let wrong = await this.wrong();
      while (wrong.length > 0 && this.clock.now() < deadline) {
        await this.clock.sleep(LOOK_EVERY_MS);
        wrong = await this.wrong();
      }
      return wrong;
    } finally {
      await life.kill();
    }
  }

  async summary(): Promise<string> {
    const { options, exchange, watch, kills } = this;
    return summaryOf({ options, exchange, watch, kills, stored: await options.store.stored() });
  }

  /** Trading ends after two trades of each market that nothing befell: what went before them can be known by their ids. */
  private async restMarkets(): Promise<void> {
    const { tape, lines, faults } = this.exchange;
    const healthy = (): boolean =>
      faults.idle && [...lines].every((line) => line.armed.length === 0 && line.held.length === 0);
    while (!healthy()) await this.clock.sleep(1_000);
    await this.clock.sleep(60_000);
    const wanted = tape.markets.map((market) => market.trades.length + 2);
    const settled = (): boolean =>
      tape.markets.every(
        (market, index) =>
          market.trades.length >= (wanted[index] ?? 0) &&
          market.toHide === 0 &&
          market.toSkip === 0 &&
          market.trades.slice(-2).every((trade) => !trade.hidden),
      );
    while (!settled()) await this.clock.sleep(1_000);
    tape.rest();
  }

  private async wrong(): Promise<readonly string[]> {
    const { exchange, watch } = this;
    const stored = await this.options.store.stored();
    return [
      ...watch.wrong,
      ...wrongTrades(exchange.tape, stored),
      ...wrongGaps(exchange.tape, stored),
      ...wrongHeartbeats(exchange.tape, stored),
      ...wrongLetters(exchange.malformed, stored, watch.deaths),
    ];
  }

  private begin(): { kill(): Promise<void> } {
    const { exchange, clock, options, watch } = this;
    const stop = new AbortController();
    const store = options.store.open();
    const { memory } = store;
    const random = new Random(options.seed, `life ${this.kills}`);
    const slowness = SLOWEST_STORE_MS * Math.max(0, 2 * random.uniform() - 1);
    const landing = new WatchedLanding(store.landing, watch, () => clock.sleep(slowness * random.uniform()));
    const ignored = (duplicates: number): void => {
      watch.duplicates += duplicates;
    };
    const living = options
      .feed({
        exchange,
        landing,
        memory,
        clock,
        random: () => random.uniform(),
        signal: stop.signal,
        ignored,
      })
      .then(
        () => (stop.signal.aborted ? null : 'The feed ended by itself.'),
        (error: unknown) => (stop.signal.aborted ? null : `The feed failed: ${String(error)}`),
      );
    return {
      async kill() {
        const fromMs = clock.now();
        landing.kill();
        stop.abort();
        const ended = await living;
        watch.deaths.push({ fromMs, toMs: clock.now() });
        if (ended !== null) watch.wrong.push(ended);
        await store.close();
      },
    };
  }
}
