import { LandingFailed } from '../errors.ts';
import type { DeadLetter, ImportedCandle, Landing, TradeGap } from '../landing.ts';
import type { Delivery } from './outbox.ts';

/** A row of a table that Kafka does not back. */
export type TableRow =
  | { readonly table: 'candles'; readonly row: ImportedCandle }
  | { readonly table: 'deadLetters'; readonly row: DeadLetter }
  | { readonly table: 'gaps'; readonly row: TradeGap };

export function encodeRow({ table, row }: TableRow): Buffer {
  const fields = table === 'deadLetters' ? { ...row, raw: Buffer.from(row.raw).toString('base64') } : row;
  return Buffer.from(JSON.stringify([table, fields]));
}

export function decodeRow(record: Buffer): TableRow {
  const [table, row] = JSON.parse(record.toString()) as [string, { readonly raw?: string }];
  const fields = table === 'deadLetters' ? { ...row, raw: Buffer.from(row.raw ?? '', 'base64') } : row;
  return { table, row: fields } as TableRow;
}

/** Lands rows in order, those of one table that follow each other in one call. Rejects for what waiting does not mend. */
export async function landRows(landing: Landing, rows: readonly TableRow[]): Promise<Delivery<TableRow>> {
  for (let from = 0; from < rows.length; ) {
    const table = rows[from]?.table;
    const other = rows.findIndex((row, index) => index > from && row.table !== table);
    const end = other < 0 ? rows.length : other;
    try {
      await landRun(landing, rows.slice(from, end));
    } catch (error) {
      if (error instanceof LandingFailed && error.transient)
        return { left: rows.slice(from), trouble: error.message };
      throw error;
    }
    from = end;
  }
  return { left: [], trouble: null };
}

async function landRun(landing: Landing, rows: readonly TableRow[]): Promise<void> {
  const candles = rows.flatMap((item) => (item.table === 'candles' ? [item.row] : []));
  const letters = rows.flatMap((item) => (item.table === 'deadLetters' ? [item.row] : []));
  const gaps = rows.flatMap((item) => (item.table === 'gaps' ? [item.row] : []));
  if (candles.length > 0) await landing.candles(candles);
  if (letters.length > 0) await landing.deadLetters(letters);
  if (gaps.length > 0) await landing.gaps(gaps);
}
