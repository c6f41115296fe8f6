import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import { marketKey } from './plan.ts';
import { type ClosedWindow, type DueMarket, type MarketRange, quoted } from './windows.ts';

const sql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const FIND_MARKS = sql('findMarks');
const FIND_PROGRESS = sql('findProgress');
const READ_WINDOWS = sql('readWindows');

interface Mark {
  readonly exchange: string;
  readonly symbol: string;
  readonly closed: number;
}

interface ProgressRow {
  readonly model: string;
  readonly version: number;
  readonly exchange: string | null;
  readonly symbol: string | null;
  readonly scored: number | null;
  readonly starts: number | null;
}

/**
 * What is due, as `findDue` says it, from two tables that are small: a row a market, and a row a market and model. Nobody asks when the
 * trade came that closed a window: trades are stored by their ids, and looking for one by its time would read all of a market.
 */
export async function findDueByQueries(
  pool: Pool,
  asked: readonly { readonly name: string; readonly version: number }[],
): Promise<readonly DueMarket[]> {
  const [marks, progress] = await Promise.all([
    pool.query<Mark>(FIND_MARKS),
    pool.query<ProgressRow>(FIND_PROGRESS),
  ]);
  return asked
    .flatMap(({ name, version }) => {
      const mine = progress.rows.filter((row) => row.model === name && row.version === version);
      // One that has left service has no row, and would begin with what is long over.
      return mine.length === 0 ? [] : marks.rows.flatMap((mark) => dueOf(mark, name, version, mine));
    })
    .sort(byMarketAndModel);
}

function dueOf(
  { exchange, symbol, closed }: Mark,
  model: string,
  version: number,
  mine: readonly ProgressRow[],
): readonly DueMarket[] {
  const own = mine.find((row) => row.exchange === exchange && row.symbol === symbol);
  const scored = own?.scored ?? null;
  if (scored !== null && scored >= closed) return [];
  // A market that came after the model begins no earlier than the others did.
  const begun = mine.flatMap(({ starts }) => (starts === null ? [] : [starts]));
  const starts = scored !== null || begun.length === 0 ? null : Math.max(...begun);
  return [{ exchange, symbol, model, version, closed, scored, starts, arrived: null }];
}

/** The complete minutes of these ranges, a query each, in time, then by market. */
export async function readWindowsByQueries(
  pool: Pool,
  ranges: readonly MarketRange[],
  columns: readonly string[],
): Promise<readonly ClosedWindow[]> {
  const list = ['', ...columns.map((name) => `features.${quoted(name)}::double precision`)].join(', ');
  const text = READ_WINDOWS.replace('{{columns}}', () => list);
  const iso = (ms: number): string => new Date(ms).toISOString();
  const found = await Promise.all(
    ranges.map(async ({ exchange, symbol, from, to }) => {
      const values = [exchange, symbol, iso(from), iso(to)];
      const { rows } = await pool.query<[number, string, ...(number | null)[]]>({
        ...{ text, values },
        rowMode: 'array',
      });
      return rows.map(([start, close, ...row]) => ({ exchange, symbol, start, close, values: row }));
    }),
  );
  return found.flat().sort((a, b) => a.start - b.start || (marketKey(a) < marketKey(b) ? -1 : 1));
}

function byMarketAndModel(a: DueMarket, b: DueMarket): number {
  const [left, right] = [keyOf(a), keyOf(b)];
  return left < right ? -1 : left > right ? 1 : a.version - b.version;
}

function keyOf({ exchange, symbol, model }: DueMarket): string {
  return JSON.stringify([exchange, symbol, model]);
}
