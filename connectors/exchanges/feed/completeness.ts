import { MICROS_PER_MINUTE } from '../../instant.ts';
import type { Hole } from './continuity.ts';

/** Minutes, counted from the Unix epoch; `to` is not included. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Which minutes of one market are complete and not yet said to be. A minute is complete when the market is known past
 * its end and no hole touches it. Minutes are said once, in order but for those that wait for a hole.
 */
export class Completeness {
  /** Minutes to be said, ascending, without end. */
  private pending: Span[] = [];
  private knownTo = Number.NEGATIVE_INFINITY;

  /** Every trade before this instant is here, but for the holes. Microseconds since the Unix epoch. */
  get to(): number {
    return this.knownTo;
  }

  reach(micros: number): void {
    if (micros > this.knownTo) this.knownTo = micros;
  }

  /** Minutes from this one on are to be said. */
  from(micros: number): void {
    const minute = minuteOf(micros);
    const wanted = this.pending[0]?.from ?? Number.POSITIVE_INFINITY;
    if (minute < wanted) this.add({ from: minute, to: Number.POSITIVE_INFINITY });
  }

  /** The minutes that a hole touches are to be said, again if need be. */
  again(hole: Pick<Hole, 'fromMicros' | 'toMicros'>): void {
    this.add({ from: minuteOf(hole.fromMicros), to: minuteOf(hole.toMicros) + 1 });
  }

  /** Minutes that begin in this time are never said: something is missing for good. The end is not included. */
  never(fromMicros: number, toMicros: number): void {
    this.remove({ from: minuteOf(fromMicros), to: minuteOf(toMicros) });
  }

  /** Starts of the minutes that are complete by now, in microseconds; they are then said. */
  take(holes: readonly Hole[]): readonly number[] {
    const end = minuteOf(this.knownTo);
    if (!Number.isFinite(end) || (this.pending[0]?.from ?? end) >= end) return [];
    const blocked = holes
      .filter((hole) => !hole.permanent)
      .map((hole) => ({ from: minuteOf(hole.fromMicros), to: minuteOf(hole.toMicros) + 1 }));
    const ready = without(clipped(this.pending, end), blocked);
    const said: number[] = [];
    for (const { from, to } of ready) {
      for (let minute = from; minute < to; minute++) said.push(minute * MICROS_PER_MINUTE);
      this.remove({ from, to });
    }
    return said;
  }

  /** End of the first minute that is not said yet, in microseconds; null when none is awaited. */
  get awaited(): number | null {
    const first = this.pending[0];
    return first === undefined ? null : (first.from + 1) * MICROS_PER_MINUTE;
  }

  private add(span: Span): void {
    const apart = this.pending.filter((other) => other.to < span.from || other.from > span.to);
    const touching = this.pending.filter((other) => other.to >= span.from && other.from <= span.to);
    const joined = touching.reduce(
      (sum, other) => ({ from: Math.min(sum.from, other.from), to: Math.max(sum.to, other.to) }),
      span,
    );
    this.pending = [...apart, joined].sort((a, b) => a.from - b.from);
  }

  private remove(span: Span): void {
    this.pending = [...without(this.pending, [span])];
  }
}

export function minuteOf(micros: number): number {
  return Math.floor(micros / MICROS_PER_MINUTE);
}

function clipped(spans: readonly Span[], end: number): readonly Span[] {
  return spans.filter(({ from }) => from < end).map(({ from, to }) => ({ from, to: Math.min(to, end) }));
}

function without(spans: readonly Span[], removed: readonly Span[]): readonly Span[] {
  return removed.reduce<readonly Span[]>(
    (left, hole) =>
      left.flatMap(({ from, to }) =>
        to <= hole.from || from >= hole.to
          ? [{ from, to }]
          : [
              { from, to: Math.min(to, hole.from) },
              { from: Math.max(from, hole.to), to },
            ].filter((span) => span.from < span.to),
      ),
    spans,
  );
}
