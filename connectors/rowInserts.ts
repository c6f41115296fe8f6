import { readFileSync } from 'node:fs';
import type pg from 'pg';
import type { FilePosition } from './fileLanding.ts';
import type { DeadLetter, Heartbeat, ImportedCandle, NewsScore, NewsStory, TradeGap } from './landing.ts';
import { literal, nullableLiteral, textLiteral } from './pgArray.ts';

/** Writes rows of one landing table in one statement; resolves to how many were written. */
export type RowInsert<Row> = (client: pg.Client, rows: readonly Row[]) => Promise<number>;

type Column<Row> = (rows: readonly Row[]) => string;

const text =
  <Row>(of: (row: Row) => string): Column<Row> =>
  (rows) =>
    textLiteral(rows, of);
const plain =
  <Row>(of: (row: Row) => string | number): Column<Row> =>
  (rows) =>
    literal(rows, of);
const nullable =
  <Row>(of: (row: Row) => string | number | null): Column<Row> =>
  (rows) =>
    nullableLiteral(rows, of);

/** @param file a statement of `sql/` beside this file, which takes one array for each column. */
function rowInsert<Row>(file: string, columns: readonly Column<Row>[]): RowInsert<Row> {
  const statement = readFileSync(new URL(`./sql/${file}.sql`, import.meta.url), 'utf8');
  return async (client, rows) => {
    if (rows.length === 0) return 0;
    const values = columns.map((column) => column(rows));
    const result = await client.query({ name: file, text: statement, values });
    return result.rowCount ?? 0;
  };
}

export const insertHeartbeats = rowInsert<Heartbeat>('insertHeartbeats', [
  text((row) => row.exchange),
  text((row) => row.symbol),
  text((row) => row.minute),
]);

export const insertCandles = rowInsert<ImportedCandle>('insertCandles', [
  text((row) => row.exchange),
  text((row) => row.symbol),
  text((row) => row.windowStart),
  text((row) => row.open),
  text((row) => row.high),
  text((row) => row.low),
  text((row) => row.close),
  text((row) => row.volume),
  nullable((row) => row.notional),
  nullable((row) => row.trades),
  nullable((row) => row.takerBuyVolume),
]);

export const insertDeadLetters = rowInsert<DeadLetter>('insertDeadLetters', [
  text((row) => row.source),
  text((row) => row.place),
  text((row) => row.reason),
  text((row) => Buffer.from(row.raw).toString('base64')),
  text((row) => row.receivedAt),
]);

export const insertNews = rowInsert<NewsStory>('insertNews', [
  text((row) => row.id),
  text((row) => row.source),
  text((row) => row.title),
  nullable((row) => row.summary),
  nullable((row) => row.url),
  nullable((row) => row.publishedAt),
  text((row) => row.receivedAt),
]);

export const insertNewsScores = rowInsert<NewsScore>('insertNewsScores', [
  text((row) => row.newsId),
  text((row) => row.asset),
  text((row) => row.model),
  plain((row) => row.score),
  plain((row) => row.confidence),
  text((row) => row.reason),
  text((row) => row.scoredAt),
]);

/** Gaps are rewritten as more becomes known of them. */
export const storeGaps = rowInsert<TradeGap>('storeGaps', [
  text((row) => row.exchange),
  text((row) => row.symbol),
  plain((row) => row.fromId),
  plain((row) => row.toId),
  text((row) => row.fromTs),
  text((row) => row.toTs),
  plain((row) => row.missing),
  plain((row) => row.repaired),
  text((row) => row.status),
  text((row) => row.cause),
  text((row) => row.detectedAt),
  nullable((row) => row.closedAt),
]);

/** Positions are rewritten as a file is read. */
export const storePositions = rowInsert<FilePosition>('storePositions', [
  text((row) => row.source),
  text((row) => row.path),
  text((row) => row.contentHash),
  plain((row) => row.rowsDone),
  plain((row) => (row.done ? 't' : 'f')),
  text((row) => row.updatedAt),
]);
