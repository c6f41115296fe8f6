import { ManualClock } from './manualClock.ts';

/** A manual clock that keeps what it was asked for. */
export class LoggedClock extends ManualClock {
  /** Every sleep that was asked for, in milliseconds, in order. */
  readonly asked: number[] = [];

  override sleep(ms: number, signal?: AbortSignal): Promise<boolean> {
    this.asked.push(ms);
    return super.sleep(ms, signal);
  }
}

/** Lets real work (sockets, files) go on until the condition holds; fails when it does not come about in 20 s. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`This did not come about: ${condition.toString()}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
