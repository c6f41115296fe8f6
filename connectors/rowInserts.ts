import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { type WrittenRow, writeRows } from '../engine/database/writeRows.ts';
import type { EngineProfile } from '../engine/profile.ts';
import type { FilePosition } from './fileLanding.ts';
import { isoOf } from './instant.ts';
import type { DeadLetter, Heartbeat, ImportedCandle, NewsScore, NewsStory, TradeGap } from './landing.ts';
import { literal, nullableLiteral, textLiteral } from './pgArray.ts';

/** Writes rows of one landing table in one statement; resolves to how many were written. */
export type RowInsert<Row> = (
  client: pg.Client,
  profile: EngineProfile,
  rows: readonly Row[],
) => Promise<number>;

/** A column: its name, its value of a row, and all its values as an array of PostgreSQL. */
interface Column<Row> {
  readonly name: string;
  readonly value: (row: Row) => string | number | boolean | null;
  readonly array: (rows: readonly Row[]) => string;
}

const text = <Row>(name: string, value: (row: Row) => string): Column<Row> => ({
  ...{ name, value },
  array: (rows) => textLiteral(rows, value),
});
const plain = <Row>(name: string, value: (row: Row) => string | number): Column<Row> => ({
  ...{ name, value },
  array: (rows) => literal(rows, value),
});
const flag = <Row>(name: string, value: (row: Row) => boolean): Column<Row> => ({
  ...{ name, value },
  array: (rows) => literal(rows, (row) => (value(row) ? 't' : 'f')),
});
const nullable = <Row>(name: string, value: (row: Row) => string | number | null): Column<Row> => ({
  ...{ name, value },
  array: (rows) => nullableLiteral(rows, value),
});

const FIND_FIRST_FOUND = readFileSync(new URL('./sql/findFirstFound.sql', import.meta.url), 'utf8');

/** @param file a statement of `sql/` beside this file for PostgreSQL, which takes one array for each column. */
function rowInsert<Row>(table: string, file: string, columns: readonly Column<Row>[]): RowInsert<Row> {
  const statement = readFileSync(new URL(`./sql/${file}.postgres.sql`, import.meta.url), 'utf8');
  const rowOf = (row: Row): WrittenRow =>
    Object.fromEntries(columns.map(({ name, value }) => [name, value(row)]));
  return async (client, profile, rows) => {
    if (rows.length === 0) return 0;
    if (profile.batches === 'json') return writeRows(client, profile, table, rows.map(rowOf));
    const values = columns.map(({ array }) => array(rows));
    const result = await client.query({ name: file, text: statement, values });
    return result.rowCount ?? 0;
  };
}

export const insertHeartbeats = rowInsert<Heartbeat>('heartbeats', 'insertHeartbeats', [
  text('exchange', (row) => row.exchange),
  text('symbol', (row) => row.symbol),
  text('minute', (row) => row.minute),
]);

export const insertCandles = rowInsert<ImportedCandle>('candles_imported', 'insertCandles', [
  text('exchange', (row) => row.exchange),
  text('symbol', (row) => row.symbol),
  text('window_start', (row) => row.windowStart),
  text('open', (row) => row.open),
  text('high', (row) => row.high),
  text('low', (row) => row.low),
  text('close', (row) => row.close),
  text('volume', (row) => row.volume),
  nullable('notional', (row) => row.notional),
  nullable('trades', (row) => row.trades),
  nullable('taker_buy_volume', (row) => row.takerBuyVolume),
]);

export const insertDeadLetters = rowInsert<DeadLetter>('dead_letters', 'insertDeadLetters', [
  text('source', (row) => row.source),
  text('place', (row) => row.place),
  text('reason', (row) => row.reason),
  text('raw_base64', (row) => Buffer.from(row.raw).toString('base64')),
  text('received_at', (row) => row.receivedAt),
]);

export const insertNews = rowInsert<NewsStory>('news', 'insertNews', [
  text('id', (row) => row.id),
  text('source', (row) => row.source),
  text('title', (row) => row.title),
  nullable('summary', (row) => row.summary),
  nullable('url', (row) => row.url),
  nullable('published_at', (row) => row.publishedAt),
  text('received_at', (row) => row.receivedAt),
]);

export const insertNewsScores = rowInsert<NewsScore>('news_scores', 'insertNewsScores', [
  text('news_id', (row) => row.newsId),
  text('asset', (row) => row.asset),
  text('model', (row) => row.model),
  plain('score', (row) => row.score),
  plain('confidence', (row) => row.confidence),
  text('reason', (row) => row.reason),
  text('scored_at', (row) => row.scoredAt),
]);

const writeGaps = rowInsert<TradeGap>('trade_gaps', 'storeGaps', [
  text('exchange', (row) => row.exchange),
  text('symbol', (row) => row.symbol),
  plain('from_id', (row) => row.fromId),
  plain('to_id', (row) => row.toId),
  text('from_ts', (row) => row.fromTs),
  text('to_ts', (row) => row.toTs),
  plain('missing', (row) => row.missing),
  plain('repaired', (row) => row.repaired),
  text('status', (row) => row.status),
  text('cause', (row) => row.cause),
  text('detected_at', (row) => row.detectedAt),
  nullable('closed_at', (row) => row.closedAt),
]);

/** Gaps are rewritten as more becomes known of them; one that has grown keeps where it began and when it was first found. */
export const storeGaps: RowInsert<TradeGap> = async (client, profile, rows) =>
  writeGaps(client, profile, profile.conflicts === 'statement' ? rows : await asFirstFound(client, rows));

async function asFirstFound(client: pg.Client, gaps: readonly TradeGap[]): Promise<readonly TradeGap[]> {
  const ids = [...new Set(gaps.map(({ fromId }) => fromId))];
  const { rows } = await client.query<FirstFound>(FIND_FIRST_FOUND, [ids]);
  return gaps.map((gap) => {
    const known = rows.find(
      (row) => row.exchange === gap.exchange && row.symbol === gap.symbol && row.from_id === gap.fromId,
    );
    if (known === undefined) return gap;
    const iso = (micros: string): string => isoOf(Number(micros));
    return { ...gap, fromTs: iso(known.from_micros), detectedAt: iso(known.detected_micros) };
  });
}

type FirstFound = Readonly<
  Record<'exchange' | 'symbol' | 'from_id' | 'from_micros' | 'detected_micros', string>
>;

/** Positions are rewritten as a file is read. */
export const storePositions = rowInsert<FilePosition>('file_positions', 'storePositions', [
  text('source', (row) => row.source),
  text('path', (row) => row.path),
  text('content_hash', (row) => row.contentHash),
  plain('rows_done', (row) => row.rowsDone),
  flag('done', (row) => row.done),
  text('updated_at', (row) => row.updatedAt),
]);
