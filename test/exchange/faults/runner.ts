import type { SimulatedExchange } from '../simulatedExchange.ts';
import type { End, Fault } from './fault.ts';
import { unitOf } from './units.ts';

/** Begins and ends the faults of a schedule as their times come. */
export class FaultRunner {
  /** How many of each kind have begun. */
  readonly injected = new Map<string, number>();
  private readonly exchange: SimulatedExchange;
  private readonly startMs: number;
  private waiting: Fault[];
  private running: { readonly endsAt: number; readonly end: End }[] = [];

  constructor(exchange: SimulatedExchange, schedule: readonly Fault[], startMs: number) {
    this.exchange = exchange;
    this.waiting = [...schedule].sort((a, b) => a.atMs - b.atMs);
    this.startMs = startMs;
  }

  /** Nothing is wrong, and nothing will go wrong. */
  get idle(): boolean {
    return this.waiting.length === 0 && this.running.length === 0;
  }

  async tick(nowMs: number): Promise<void> {
    const ended = this.running.filter((fault) => fault.endsAt <= nowMs);
    this.running = this.running.filter((fault) => fault.endsAt > nowMs);
    for (const { end } of ended) await end();
    const due = this.waiting.filter((fault) => this.startMs + fault.atMs <= nowMs);
    for (const fault of due) this.begin(fault, nowMs);
  }

  private begin(fault: Fault, nowMs: number): void {
    const end = unitOf(fault.kind).begin(this.exchange, fault);
    if (end === null) return;
    this.waiting = this.waiting.filter((other) => other !== fault);
    this.injected.set(fault.kind, (this.injected.get(fault.kind) ?? 0) + 1);
    this.running.push({ endsAt: nowMs + fault.forMs, end });
  }
}
