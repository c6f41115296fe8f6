import type { FileLanding } from '../../connectors/fileLanding.ts';
import type { Heartbeat, ImportedCandle, Trade } from '../../connectors/landing.ts';
import type { Tape } from '../../jobs/demo/tape.ts';
import { UsageError } from '../errors.ts';

const MINUTE = 60_000;
/** Rows that are held at most: about two years of one market's minutes. */
const MOST_ROWS = 1_000_000;
/** Rows that are landed in one transaction at most. */
const CHUNK = 20_000;

interface Minute {
  readonly start: number;
  readonly candles: ImportedCandle[];
  readonly heartbeats: Heartbeat[];
  readonly trades: Trade[];
}

/** Market data in memory, by minute: what a demonstration plays. */
export class Recording {
  readonly #minutes = new Map<number, Minute>();
  readonly #markets = new Map<string, { readonly exchange: string; readonly symbol: string }>();
  #rows = 0;
  #trades = 0;
  #candles = 0;

  /** The markets, in the order in which they came. */
  get markets() {
    return [...this.#markets.values()];
  }

  get trades(): number {
    return this.#trades;
  }

  get candles(): number {
    return this.#candles;
  }

  candle(row: ImportedCandle): void {
    this.#candles++;
    this.#minute(row, Date.parse(row.windowStart)).candles.push(row);
  }

  heartbeat(row: Heartbeat): void {
    this.#minute(row, Date.parse(row.minute)).heartbeats.push(row);
  }

  trade(row: Trade): void {
    this.#trades++;
    this.#minute(row, Date.parse(row.ts)).trades.push(row);
  }

  /** The recording as a tape that is landed here. @throws UsageError when it is empty */
  tape(landing: FileLanding): Tape {
    const minutes = [...this.#minutes.values()].sort((a, b) => a.start - b.start);
    const [first, last] = [minutes[0], minutes.at(-1)];
    if (first === undefined || last === undefined)
      throw new UsageError(
        'The files hold no row that could be used; `tickwave import --help` says what is read',
      );
    return {
      startMs: first.start,
      endMs: last.start + MINUTE,
      rowsUntil: (ms) =>
        minutes.filter(({ start }) => start + MINUTE <= ms).reduce((sum, minute) => sum + sizeOf(minute), 0),
      timeOfShare: (share) => timeOfShare(minutes, share),
      landUntil: lander(minutes, landing),
    };
  }

  #minute(row: { readonly exchange: string; readonly symbol: string }, ms: number): Minute {
    if (++this.#rows > MOST_ROWS)
      throw new UsageError(
        `There are more than ${MOST_ROWS} rows; give fewer files: a demo holds them in memory`,
      );
    this.#markets.set(`${row.exchange} ${row.symbol}`, { exchange: row.exchange, symbol: row.symbol });
    const start = Math.floor(ms / MINUTE) * MINUTE;
    const minute = this.#minutes.get(start) ?? { start, candles: [], heartbeats: [], trades: [] };
    this.#minutes.set(start, minute);
    return minute;
  }
}

function sizeOf({ candles, heartbeats, trades }: Minute): number {
  return candles.length + heartbeats.length + trades.length;
}

/** Markets that a minute tells of: trades of one market are one row of it. */
function rowsOf({ candles, heartbeats, trades }: Minute): number {
  return new Set(
    [...candles, ...heartbeats, ...trades].map(({ exchange, symbol }) => `${exchange} ${symbol}`),
  ).size;
}

function timeOfShare(minutes: readonly Minute[], share: number): number {
  const rows = minutes.map(rowsOf);
  const wanted = share * rows.reduce((sum, count) => sum + count, 0);
  let passed = 0;
  const at = rows.findIndex((count) => {
    passed += count;
    return passed >= wanted;
  });
  const minute = minutes[at < 0 ? minutes.length - 1 : at];
  return (minute?.start ?? 0) + MINUTE;
}

function lander(minutes: readonly Minute[], landing: FileLanding): Tape['landUntil'] {
  let next = 0;
  return async (ms) => {
    let landed = 0;
    while (next < minutes.length) {
      const chunk = { candles: [] as ImportedCandle[], heartbeats: [] as Heartbeat[], trades: [] as Trade[] };
      let rows = 0;
      for (; rows < CHUNK; next++) {
        const minute = minutes[next];
        if (minute === undefined || minute.start + MINUTE > ms) break;
        chunk.candles.push(...minute.candles);
        chunk.heartbeats.push(...minute.heartbeats);
        chunk.trades.push(...minute.trades);
        rows += sizeOf(minute);
      }
      if (rows === 0) break;
      await landing.chunk(chunk);
      landed += rows;
    }
    return landed;
  };
}
