import type { Clock } from '../../engine/clock.ts';

/** Nothing waits longer than this at a time, so that heartbeats come as time passes. Milliseconds. */
const LONGEST_WAIT = 1000;
/** What is due within this time is waited for together. Milliseconds. */
const SHORTEST_WAIT = 10;

/** When, by the clock, an instant of the recording is due. */
export class Pace {
  private readonly clock: Clock;
  /** Microseconds of recording for each millisecond of the clock; infinite at full speed. */
  private readonly rate: number;
  /** At this clock time, in milliseconds … */
  private startMs = Number.NaN;
  /** … this instant of the recording was due, in microseconds. */
  private startMicros = Number.NaN;

  /** @param aligned the recording's times are the clock's own, moved there. Otherwise the first instant is due at once. */
  constructor(clock: Clock, speed: number | 'max', aligned: boolean) {
    this.clock = clock;
    this.rate = speed === 'max' ? Number.POSITIVE_INFINITY : speed * 1000;
    if (aligned) {
      this.startMs = clock.now();
      this.startMicros = this.startMs * 1000;
    }
  }

  due(micros: number): boolean {
    if (this.rate === Number.POSITIVE_INFINITY) return true;
    if (Number.isNaN(this.startMs)) {
      this.startMs = this.clock.now();
      this.startMicros = micros;
    }
    return micros <= this.eventMicros();
  }

  /** How far the recording should have come by now. */
  eventMicros(): number {
    return this.startMicros + (this.clock.now() - this.startMs) * this.rate;
  }

  /** Waits for an instant to come nearer; false when the signal has aborted. */
  wait(micros: number, signal: AbortSignal | undefined): Promise<boolean> {
    const left = (micros - this.eventMicros()) / this.rate;
    return this.clock.sleep(Math.min(LONGEST_WAIT, Math.max(SHORTEST_WAIT, left)), signal);
  }
}
