import { Random } from '../../../connectors/simulator/random.ts';
import type { Fault } from './fault.ts';
import { faultUnits } from './units.ts';

export interface ScheduleOptions {
  readonly seed: number;
  readonly durationMs: number;
  /** Mean time between two faults, in milliseconds. */
  readonly everyMs: number;
  /** Faults that this exchange cannot have are left out. */
  readonly exchange: string;
}

/**
 * What goes wrong and when: the same options give the same faults. Kinds are dealt like cards, so that each comes as
 * often as any other; times between them are exponential.
 */
export function scheduleOf(options: ScheduleOptions): readonly Fault[] {
  const random = new Random(options.seed, 'faults');
  const units = faultUnits.filter((unit) => unit.only?.includes(options.exchange) ?? true);
  const schedule: Fault[] = [];
  let deck: typeof faultUnits = [];
  for (let at = 0; ; ) {
    at += random.exponential() * options.everyMs;
    if (at >= options.durationMs) return schedule;
    if (deck.length === 0) deck = units;
    const unit = deck[random.below(deck.length)];
    if (unit === undefined) return schedule;
    deck = deck.filter((other) => other !== unit);
    const [least, most] = unit.lastsMs;
    schedule.push({
      kind: unit.kind,
      atMs: Math.round(at),
      forMs: Math.round(least + random.uniform() * (most - least)),
      pick: random.uniform(),
      amount: 1 + random.below(unit.upTo ?? 1),
    });
  }
}

/** On one line, for people: `12.4 s real-hole ×3`. */
export function printed(schedule: readonly Fault[]): string {
  return schedule
    .map(({ kind, atMs, forMs, amount }) => {
      const length = forMs === 0 ? '' : ` for ${(forMs / 1000).toFixed(1)} s`;
      return `${(atMs / 1000).toFixed(1)} s ${kind}${length}${amount === 1 ? '' : ` ×${amount}`}`;
    })
    .join(', ');
}
