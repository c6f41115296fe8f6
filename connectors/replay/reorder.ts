import type { FileTrade } from '../files/tradeFile.ts';

/**
 * Rows of one file, given out in the order of (time, row) as long as none is further out of place than the buffer is
 * long. A sorted array: rows of a dump come almost in order, so that nearly every one is simply appended.
 */
export class Reorder {
  private rows: FileTrade[] = [];
  private start = 0;

  get size(): number {
    return this.rows.length - this.start;
  }

  push(row: FileTrade): void {
    const last = this.rows.at(-1);
    if (last === undefined || this.size === 0 || row.micros >= last.micros) {
      this.rows.push(row);
      return;
    }
    let low = this.start;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.rows[middle] as FileTrade).micros <= row.micros) low = middle + 1;
      else high = middle;
    }
    this.rows.splice(low, 0, row);
  }

  peek(): FileTrade | undefined {
    return this.rows[this.start];
  }

  pop(): FileTrade | undefined {
    const row = this.rows[this.start];
    if (row === undefined) return undefined;
    this.start++;
    if (this.start > 4096 && this.start * 2 > this.rows.length) {
      this.rows = this.rows.slice(this.start);
      this.start = 0;
    }
    return row;
  }

  /** The lowest row number that is still held: every row below it has been given out. */
  lowestRow(): number | undefined {
    let lowest: number | undefined;
    for (let i = this.start; i < this.rows.length; i++) {
      const { row } = this.rows[i] as FileTrade;
      if (lowest === undefined || row < lowest) lowest = row;
    }
    return lowest;
  }
}
