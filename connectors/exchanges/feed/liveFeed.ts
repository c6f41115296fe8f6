import type { Clock } from '../../../engine/clock.ts';
import { LandingFailed } from '../../errors.ts';
import type { Landing } from '../../landing.ts';
import type { Exchange } from '../exchange.ts';
import type { FrameRecorder } from '../recording/frameRecorder.ts';
import { Backoff } from '../session/backoff.ts';
import { FeedLife } from './feedLife.ts';
import type { LiveFeedState } from './feedState.ts';
import type { FeedMemory } from './memory.ts';

/** Pauses while the database is away, in milliseconds. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

export interface LiveFeedOptions {
  readonly exchange: Exchange;
  /** As `BTC/USD`. */
  readonly symbols: readonly string[];
  readonly landing: Landing;
  /** What of it is stored already, of the same database. */
  readonly memory: FeedMemory;
  readonly clock: Clock;
  /** Jitter, 0 to 1. */
  readonly random: () => number;
  /** Instead of the exchange's own addresses. */
  readonly urls?: { readonly websocket?: string; readonly rest?: string };
  readonly recorder?: FrameRecorder;
  /** Trades before the first live one that are fetched when a market is new; at least ten minutes of them are. */
  readonly historyHours: number;
  /** How much of a downtime is fetched at most. What lies before stays a permanent hole. */
  readonly resumeHours: number;
  /** Sentences for people: lines that come and go, markets that are rejected. */
  readonly onNews?: (sentence: string) => void;
  readonly fetch?: typeof fetch;
}

/**
 * The live trades of one exchange's markets, without a gap: what the line does not bring is fetched from the
 * exchange's history, across lost connections, restarts and crashes. See docs/connectors.md, "Live feeds".
 *
 * @example
 * const feed = new LiveFeed({ exchange: kraken, symbols: ['BTC/USD'], landing, memory, clock, random, historyHours: 26, resumeHours: 72 });
 * await feed.run(signal);
 */
export class LiveFeed {
  private readonly options: LiveFeedOptions;
  private readonly symbols: Set<string>;
  private life: FeedLife | null = null;
  private trouble: string | null = null;

  constructor(options: LiveFeedOptions) {
    this.options = options;
    this.symbols = new Set(options.symbols);
  }

  /** Also while it runs. A market that is taken off keeps what is stored of it, and goes on from there later. */
  subscribe(symbols: readonly string[]): void {
    for (const symbol of symbols) {
      this.symbols.add(symbol);
      this.life?.add(symbol);
    }
  }

  unsubscribe(symbols: readonly string[]): void {
    for (const symbol of symbols) {
      this.symbols.delete(symbol);
      this.life?.remove(symbol);
    }
  }

  /**
   * Resolves after the signal aborted, with everything stored that was handed over. An exchange that is away is waited
   * for, and so is the database: the feed then begins anew from what is stored.
   * @throws what landing throws for good.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random, onNews } = this.options;
    const backoff = new Backoff({ baseMs: FIRST_PAUSE_MS, capMs: LONGEST_PAUSE_MS, random });
    do {
      const begun = clock.now();
      this.life = new FeedLife(this.options);
      try {
        await this.life.run([...this.symbols], signal);
        this.trouble = null;
      } catch (error) {
        if (!(error instanceof LandingFailed && error.transient) || signal.aborted) throw error;
        this.trouble = error.message;
        onNews?.(error.message);
        if (clock.now() - begun > LONGEST_PAUSE_MS * 2) backoff.reset();
        await clock.sleep(FIRST_PAUSE_MS + backoff.next(), signal);
      }
    } while (!signal.aborted);
  }

  state(): LiveFeedState {
    const { exchange } = this.options;
    const life = this.life?.state() ?? {
      markets: [],
      connections: [],
      rest: null,
      writer: null,
      deadLetters: { kept: 0, dropped: 0 },
    };
    return {
      exchange: exchange.name,
      caveat: exchange.contiguousIds ? exchange.caveat : withoutIds(exchange.caveat),
      ...life,
      trouble: this.trouble,
    };
  }
}

function withoutIds(caveat: string | null): string {
  const words =
    'Its trade ids do not count up by one, so a trade that is not delivered shows only where the line broke.';
  return caveat === null ? words : `${caveat} ${words}`;
}
