import { seconds } from './records.ts';

/** A row of a window. */
export interface OfWindow {
  readonly window_start: string;
}

/** Rows by the time of their window, one each, in order. */
export class WindowRows<T extends OfWindow> {
  #byTime = new Map<number, T>();
  #ordered: T[] | null = [];

  get size(): number {
    return this.#byTime.size;
  }

  /** All of them, oldest first. */
  get inOrder(): readonly T[] {
    this.#ordered ??= [...this.#byTime.entries()].sort(([a], [b]) => a - b).map(([, row]) => row);
    return this.#ordered;
  }

  /** Epoch seconds of the oldest window; 0 without rows. */
  get oldest(): number {
    return timeOf(this.inOrder.at(0));
  }

  /** Epoch seconds of the newest window; 0 without rows. */
  get newest(): number {
    return timeOf(this.inOrder.at(-1));
  }

  at(time: number): T | undefined {
    return this.#byTime.get(time);
  }

  /** Adds rows in any order; of a window that is known, the given row counts from now on. */
  put(rows: readonly T[]): void {
    const [row] = rows;
    if (rows.length === 1 && row !== undefined) this.#putOne(row);
    else if (rows.length > 0) {
      for (const one of rows) this.#byTime.set(seconds(one.window_start), one);
      this.#ordered = null;
    }
  }

  /** What comes in live is the newest window nearly always: that needs no sorting. */
  #putOne(row: T): void {
    const [time, { newest }] = [seconds(row.window_start), this];
    if (time > newest) this.#ordered?.push(row);
    else if (time === newest) this.#ordered?.splice(-1, 1, row);
    else this.#ordered = null;
    this.#byTime.set(time, row);
  }

  remove(windows: readonly string[]): void {
    for (const window of windows) this.#byTime.delete(seconds(window));
    this.#ordered = null;
  }

  clear(): void {
    this.#byTime = new Map();
    this.#ordered = [];
  }
}

function timeOf(row: OfWindow | undefined): number {
  return row === undefined ? 0 : seconds(row.window_start);
}
