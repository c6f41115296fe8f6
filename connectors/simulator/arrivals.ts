import { isoOf, MICROS_PER_SECOND } from '../instant.ts';
import type { Heartbeat, Trade } from '../landing.ts';
import type { SimulatedSecond } from './market.ts';
import { Random } from './random.ts';

export interface ArrivalsOptions {
  readonly seed: number;
  /** Share of trades that arrive late, behind younger ones. Default 0.002. */
  readonly lateShare?: number;
  /** Share of trades that arrive twice. Default 0.001. */
  readonly duplicateShare?: number;
  /** Longest delay of either, whole seconds. Default 3. */
  readonly maxDelaySeconds?: number;
}

/** What arrives within one second. */
export interface Arrived {
  /** End of the second, microseconds since the Unix epoch: by then all of it has arrived. */
  readonly micros: number;
  readonly trades: readonly Trade[];
  readonly heartbeats: readonly Heartbeat[];
}

/**
 * A line with faults between the simulated exchange and its reader: trades late, out of order and twice. A minute's
 * heartbeat comes once the last of its trades can have arrived, so that it still tells the truth.
 */
export class Arrivals {
  private readonly random: Random;
  private readonly lateShare: number;
  private readonly duplicateShare: number;
  private readonly maxDelay: number;
  /** What arrives in each second to come; the first is the next one. */
  private readonly coming: { trades: Trade[]; heartbeats: Heartbeat[] }[];

  constructor(options: ArrivalsOptions) {
    this.random = new Random(options.seed, 'arrivals');
    this.lateShare = options.lateShare ?? 0.002;
    this.duplicateShare = options.duplicateShare ?? 0.001;
    this.maxDelay = Math.max(1, Math.round(options.maxDelaySeconds ?? 3));
    this.coming = Array.from({ length: this.maxDelay + 1 }, () => ({ trades: [], heartbeats: [] }));
  }

  /** Takes in a second of the exchange and hands out what arrives while it passes. */
  take(second: SimulatedSecond): Arrived {
    const onTime: Trade[] = [];
    for (const trade of second.trades) {
      if (this.random.chance(this.lateShare)) this.delay(trade, second.micros);
      else onTime.push(trade);
      if (this.random.chance(this.duplicateShare)) this.delay(trade, second.micros);
    }
    this.coming[this.maxDelay]?.heartbeats.push(...second.heartbeats);
    const now = this.coming.shift() ?? { trades: [], heartbeats: [] };
    this.coming.push({ trades: [], heartbeats: [] });
    for (const late of now.trades) onTime.splice(this.random.below(onTime.length + 1), 0, late);
    return { micros: second.micros + MICROS_PER_SECOND, trades: onTime, heartbeats: now.heartbeats };
  }

  /** What is still on its way when the simulation ends. */
  rest(): { readonly trades: readonly Trade[]; readonly heartbeats: readonly Heartbeat[] } {
    const rest = this.coming.splice(0);
    return { trades: rest.flatMap((second) => second.trades), heartbeats: rest.flatMap((s) => s.heartbeats) };
  }

  private delay(trade: Trade, second: number): void {
    const seconds = 1 + this.random.below(this.maxDelay);
    const receivedAt = isoOf(second + (seconds + 1) * MICROS_PER_SECOND);
    this.coming[seconds]?.trades.push({ ...trade, receivedAt });
  }
}
