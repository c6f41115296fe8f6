import { ExchangeTime } from '../../connectors/exchanges/feed/exchangeTime.ts';
import { LandedMemory } from '../../connectors/exchanges/feed/landedMemory.ts';
import { MarketFeed } from '../../connectors/exchanges/feed/marketFeed.ts';
import { RestClient } from '../../connectors/exchanges/rest/restClient.ts';
import { microsOf } from '../../connectors/instant.ts';
import type { Heartbeat, Trade, TradeGap } from '../../connectors/landing.ts';
import { MemoryLanding } from '../../connectors/memoryLanding.ts';
import { Writer } from '../../connectors/writer.ts';
import type { FakeMarket } from './fakeMarket.ts';
import { ManualClock } from './manualClock.ts';

/** A landing in memory that writes down the order in which it was called, and can be dead. */
export class LoggedLanding extends MemoryLanding {
  readonly log: string[] = [];
  /** Throws when it returns true for a call. */
  dies: (call: string) => boolean = () => false;

  override async trades(rows: readonly Trade[]): Promise<number> {
    for (const row of rows) this.note(`trade ${row.tradeId}`);
    return super.trades(rows);
  }
  override async heartbeats(rows: readonly Heartbeat[]): Promise<number> {
    for (const row of rows) this.note(`heartbeat ${row.minute.slice(11, 16)}`);
    return super.heartbeats(rows);
  }
  override async gaps(rows: readonly TradeGap[]): Promise<number> {
    for (const row of rows) this.note(`gap ${row.fromId}-${row.toId} ${row.status}`);
    return super.gaps(rows);
  }

  private note(call: string): void {
    if (this.dies(call)) throw new Error(`dead at ${call}`);
    this.log.push(call);
  }
}

/** A market feed on a bench: one life of it after another over one landing, with a clock that only moves when told to. */
export class MarketBench {
  readonly landing = new LoggedLanding();
  readonly clock: ManualClock;
  readonly market: FakeMarket;
  readonly failures: unknown[] = [];
  resumeHours = 24;
  historyHours = 0;
  feed!: MarketFeed;
  time!: ExchangeTime;
  client!: RestClient;
  private writer!: Writer;
  private stop = new AbortController();
  private running: Promise<unknown> = Promise.resolve();

  constructor(market: FakeMarket, startIso: string) {
    this.market = market;
    this.clock = new ManualClock(microsOf(startIso) / 1000);
  }

  async start(): Promise<void> {
    const { clock, market, landing } = this;
    const random = (): number => 0.5;
    this.stop = new AbortController();
    this.time = new ExchangeTime();
    this.writer = new Writer({ landing, clock });
    this.client = new RestClient({
      exchange: market.exchange,
      clock,
      random,
      intervalMs: 10,
      retries: 2,
      fetch: market.fetch,
    });
    const deps = {
      exchange: market.exchange,
      client: this.client,
      writer: this.writer,
      memory: new LandedMemory(landing),
      clock,
      random,
      time: this.time,
      storeGaps: async (rows: readonly TradeGap[]) => void (await landing.gaps(rows)),
      historyHours: this.historyHours,
      resumeHours: this.resumeHours,
      failed: (error: unknown) => this.failures.push(error),
    };
    this.feed = await MarketFeed.open(deps, market.symbol, this.stop.signal);
    this.running = this.feed.run().catch((error: unknown) => this.failures.push(error));
  }

  /** Trades come over the line. */
  async live(trades: readonly Trade[]): Promise<void> {
    const last = trades.at(-1);
    if (last !== undefined) this.time.sent(microsOf(last.ts), this.clock.now() * 1000);
    await this.work(this.feed.live(trades));
  }

  /** Ends this life; what was handed over is stored. */
  async end(): Promise<void> {
    this.stop.abort();
    await this.clock.runUntil(this.running);
    await this.clock.runUntil(this.writer.close());
  }

  /** Ends this life without another word. */
  async kill(): Promise<void> {
    this.landing.dies = () => true;
    this.stop.abort();
    await this.clock.runUntil(this.running);
    await this.clock.runUntil(this.writer.close().catch(() => undefined));
    this.landing.dies = () => false;
    this.failures.length = 0;
  }

  /** Waits for work, and lets time pass only if it does not end without. */
  async work<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const settled = work.finally(() => {
      done = true;
    });
    settled.catch(() => undefined);
    await tick();
    await this.until(() => done);
    return settled;
  }

  /** Lets time pass until this holds. */
  async until(condition: () => boolean): Promise<void> {
    for (let step = 0; !condition(); step++) {
      if (step > 20_000)
        throw new Error(`It never came about. Log: ${this.landing.log.slice(-20).join(', ')}`);
      await tick();
      if (!condition()) this.clock.wakeNext();
    }
  }

  /** Lets so much time pass, and what is due in it happen. */
  async pass(ms: number): Promise<void> {
    let over = false;
    void this.clock.sleep(ms).then(() => {
      over = true;
    });
    await this.until(() => over);
  }

  get ids(): readonly number[] {
    return [...this.landing.stored.trades.values()]
      .map(({ tradeId }) => Number(tradeId))
      .sort((a, b) => a - b);
  }

  get minutes(): readonly string[] {
    return [...this.landing.stored.heartbeats.values()].map(({ minute }) => minute.slice(11, 16)).sort();
  }

  get gaps(): readonly string[] {
    return [...this.landing.stored.gaps.values()].map(
      (gap) => `${gap.fromId}-${gap.toId} ${gap.repaired}/${gap.missing} ${gap.status}, ${gap.cause}`,
    );
  }
}

/** Lets promises and the fake server go on. */
async function tick(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
