import { LandingFailed } from '../../errors.ts';
import { MICROS_PER_MINUTE, microsOf } from '../../instant.ts';
import type { DeadLetter, TradeGap } from '../../landing.ts';
import { Writer } from '../../writer.ts';
import { RestClient } from '../rest/restClient.ts';
import { Crew } from './crew.ts';
import { ExchangeTime } from './exchangeTime.ts';
import { FeedLine } from './feedLine.ts';
import type { MarketState } from './feedState.ts';
import type { LiveFeedOptions } from './liveFeed.ts';
import { type MarketDeps, MarketFeed } from './marketFeed.ts';
import { warmUp } from './warmUp.ts';

/** How often it is looked for markets in which nothing happens, in milliseconds. */
const LOOK_MS = 5000;
/** Unreadable frames that are kept in an hour at most: a new protocol must not fill the database. */
const LETTERS_PER_HOUR = 1000;
const HOUR_MS = 3_600_000;
const STORE_RETRIES = 5;

interface Member {
  readonly market: MarketFeed;
  readonly line: FeedLine;
  readonly stop: AbortController;
}

/** A live feed from one look into the database to the next: connections, markets, and what brings them together. */
export class FeedLife {
  readonly letters = { kept: 0, dropped: 0 };
  private readonly options: LiveFeedOptions;
  private readonly stop = new AbortController();
  private readonly crew = new Crew(this.stop);
  private readonly writer: Writer;
  private readonly client: RestClient;
  private readonly time = new ExchangeTime();
  private readonly members = new Map<string, Member>();
  private readonly opening = new Set<string>();
  private lines: FeedLine[] = [];
  private lineCount = 0;
  private hour = { from: Number.NEGATIVE_INFINITY, letters: 0 };

  constructor(options: LiveFeedOptions) {
    const { exchange, clock, random, urls, landing } = options;
    this.options = options;
    this.writer = new Writer({ landing, clock });
    this.client = new RestClient({
      exchange,
      clock,
      random,
      intervalMs: exchange.history.requestIntervalMs,
      ...(urls?.rest === undefined ? {} : { url: urls.rest }),
      ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
    });
  }

  /** Resolves after the signal aborted, with everything stored that was handed over. @throws what landing throws. */
  async run(symbols: readonly string[], signal: AbortSignal): Promise<void> {
    const end = (): void => this.stop.abort();
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    for (const symbol of symbols) this.add(symbol);
    this.crew.start(() => this.lookAfterQuietMarkets());
    try {
      await this.crew.ended();
    } finally {
      signal.removeEventListener('abort', end);
    }
    await this.writer.close();
  }

  add(symbol: string): void {
    if (this.members.has(symbol) || this.opening.has(symbol)) return;
    this.opening.add(symbol);
    this.crew.start(async () => {
      const stop = new AbortController();
      const either = AbortSignal.any([this.stop.signal, stop.signal]);
      const market = await MarketFeed.open(this.deps(), symbol, either);
      // Taken off the list while it was being opened.
      if (!this.opening.delete(symbol) || either.aborted) return;
      const line = this.lineWithRoom();
      this.members.set(symbol, { market, line, stop });
      line.subscribe(symbol);
      await Promise.all([market.run(), this.warm(market, either)]);
    });
  }

  remove(symbol: string): void {
    this.opening.delete(symbol);
    const member = this.members.get(symbol);
    if (member === undefined) return;
    this.members.delete(symbol);
    member.stop.abort();
    member.line.unsubscribe(symbol);
    if (member.line.symbols.size > 0) return;
    member.line.stop.abort();
    this.lines = this.lines.filter((line) => line !== member.line);
  }

  state() {
    return {
      markets: [...this.members].map(([symbol, member]) => stateOf(symbol, member)),
      connections: this.lines.map((line) => line.state()),
      rest: this.client.counts(),
      writer: this.writer.counts(),
      deadLetters: { ...this.letters },
    };
  }

  private lineWithRoom(): FeedLine {
    const found = this.lines.find((line) => line.room > 0);
    if (found !== undefined) return found;
    const { exchange, clock, random, urls, recorder, onNews } = this.options;
    const line = new FeedLine({
      exchange,
      number: ++this.lineCount,
      clock,
      random,
      time: this.time,
      marketOf: (symbol) => this.members.get(symbol)?.market,
      deadLetter: (letter) => this.deadLetter(letter),
      news: (sentence) => onNews?.(sentence),
      ...(urls?.websocket === undefined ? {} : { url: urls.websocket }),
      ...(recorder === undefined ? {} : { recorder }),
    });
    this.lines.push(line);
    this.crew.start(() => line.run(this.stop.signal));
    return line;
  }

  private deps(): MarketDeps {
    return {
      ...this.options,
      client: this.client,
      writer: this.writer,
      time: this.time,
      storeGaps: (rows) => this.storeGaps(rows),
      failed: this.crew.fail,
    };
  }

  private async warm(market: MarketFeed, signal: AbortSignal): Promise<void> {
    const { clock, historyHours, onNews, exchange } = this.options;
    const { symbol } = market;
    const { completeTo } = market.report();
    const earliest = clock.now() * 1000 - historyHours * 60 * MICROS_PER_MINUTE;
    const fromMicros = Math.max(earliest, completeTo === null ? earliest : microsOf(completeTo));
    const words = await warmUp({ ...this.options, client: this.client, symbol, fromMicros, signal });
    if (words !== null) onNews?.(`${exchange.name} gives no candles of ${symbol}: ${words}`);
  }

  /** One after the other: these questions must not crowd out repairs. */
  private async lookAfterQuietMarkets(): Promise<void> {
    const { clock } = this.options;
    while (await clock.sleep(LOOK_MS, this.stop.signal)) {
      for (const [symbol, { market, line }] of this.members) {
        if (this.stop.signal.aborted) return;
        if (market.quiet && isSubscribed(line, symbol)) await market.check();
      }
    }
  }

  private async deadLetter(letter: DeadLetter): Promise<void> {
    const now = this.options.clock.now();
    if (now - this.hour.from >= HOUR_MS) this.hour = { from: now, letters: 0 };
    if (this.hour.letters >= LETTERS_PER_HOUR) {
      this.letters.dropped++;
      return;
    }
    this.hour.letters++;
    this.letters.kept++;
    await this.writer.deadLetter(letter);
  }

  private async storeGaps(rows: readonly TradeGap[]): Promise<void> {
    for (let attempt = 0, pause = 50; ; attempt++, pause *= 2) {
      try {
        await this.options.landing.gaps(rows);
        return;
      } catch (error) {
        const passing = error instanceof LandingFailed && error.transient;
        if (!passing || attempt >= STORE_RETRIES) throw error;
        await this.options.clock.sleep(pause);
      }
    }
  }
}

function isSubscribed(line: FeedLine, symbol: string): boolean {
  const { state, symbols } = line.state();
  return state === 'open' && symbols.some((one) => one.symbol === symbol && one.state === 'subscribed');
}

function stateOf(symbol: string, { market, line }: Member): MarketState {
  const report = market.report();
  const { state, symbols } = line.state();
  const subscription = symbols.find((one) => one.symbol === symbol);
  if (subscription?.state === 'rejected') {
    return { symbol, state: 'rejected', words: subscription.words, ...report };
  }
  if (state !== 'open' || subscription?.state !== 'subscribed') {
    return { symbol, state: 'connecting', words: null, ...report };
  }
  if (line.halted !== null) return { symbol, state: 'halted', words: line.halted, ...report };
  return { symbol, state: report.backlog === null ? 'live' : 'backfilling', words: null, ...report };
}
