import { resolve } from 'node:path';
import type { Clock } from '../../engine/clock.ts';
import { BadField, UnknownLayout, UnknownMarket } from '../errors.ts';
import { csvFields, headerOf } from '../files/csvRow.ts';
import { type Line, lineBatches } from '../files/lines.ts';
import { openBytes } from '../files/source.ts';
import { isoOf } from '../instant.ts';
import type { DeadLetter, ImportedCandle } from '../landing.ts';
import { marketOfFileName, marketSymbol } from '../symbols.ts';
import { type CandleColumns, type CandleLayout, candleLayouts, mappedCandles } from './candleLayout.ts';
import { barStart, candleText, minuteCandle } from './candleRow.ts';
import { checkMinutes } from './minuteCheck.ts';
import { toldAsMinute } from './toldBars.ts';

export interface CandleFileOptions {
  readonly path: string;
  /** A mapping of columns, where no layout is recognised. */
  readonly map?: string;
  /** For files that do not say. */
  readonly exchange?: string;
  readonly symbol?: string;
  /** Length of the bars, each of which is then told as a minute. Default 1. */
  readonly barMinutes?: number;
}

/** One row: a candle, or why it is none. */
export interface CandleRow {
  /** Counts the file's rows of data from 1. */
  readonly row: number;
  readonly read: ImportedCandle | DeadLetter;
}

/** Lines of notes that may stand before the header. */
const MAX_NOTES = 5;
const MAX_ROW_BYTES = 64 * 1024;
/** Bars by which the length of a bar is found. */
const SAMPLE = 1000;

interface Opened {
  readonly layout: CandleLayout;
  readonly columns: CandleColumns;
  /** The line before the first row of data, 0 when there is none. */
  readonly header: number;
  readonly note: string;
  readonly markets: Markets;
}

/** The rows of a file of one-minute candles. @throws UnknownLayout, NotMinuteData, UnknownMarket, UnreadableFile */
export async function* candleRows(
  options: CandleFileOptions & { readonly clock: Clock; readonly onBytes: (bytes: number) => void },
): AsyncGenerator<readonly CandleRow[], void> {
  const path = resolve(options.path);
  const layouts = options.map === undefined ? candleLayouts : [mappedCandles(options.map)];
  let opened: Opened | null = null;
  let row = 0;
  for await (const lines of lineBatches(await openBytes(path, options.onBytes), MAX_ROW_BYTES)) {
    if (opened === null) {
      opened = open(path, layouts, lines, options);
      checkMinutes(path, sample(lines, opened, options.barMinutes), opened.note);
    }
    const rows: CandleRow[] = [];
    for (const line of lines) {
      if (line.number <= opened.header || line.bytes.length === 0) continue;
      rows.push({ row: ++row, read: readRow(path, line, opened, options) });
    }
    yield rows;
  }
  if (opened === null) throw noLayout(path, layouts, '');
}

function open(
  path: string,
  layouts: readonly CandleLayout[],
  lines: readonly Line[],
  options: CandleFileOptions,
): Opened {
  const filled = lines.filter((line) => line.bytes.length > 0);
  const notes: string[] = [];
  for (const line of filled.slice(0, MAX_NOTES)) {
    const fields = fieldsOf(line);
    const names = headerOf(fields);
    for (const layout of fields.length > 1 ? layouts : []) {
      const columns = layout.open(names, fields);
      if (columns === null) continue;
      const markets = new Markets((exchange, symbol) => marketOf(path, layout, options, exchange, symbol));
      return {
        layout,
        columns,
        header: names === null ? line.number - 1 : line.number,
        note: notes.join(' '),
        markets,
      };
    }
    notes.push(line.bytes.toString('utf8'));
  }
  throw noLayout(path, layouts, notes[0] ?? '');
}

function noLayout(path: string, layouts: readonly CandleLayout[], beginning: string): UnknownLayout {
  const list = layouts.map((layout) => `  ${layout.name}: ${layout.columns}`).join('\n');
  return new UnknownLayout(
    `${path} is in no layout of candles that Tickwave knows; it begins with ${JSON.stringify(beginning.slice(0, 120))}.`,
    `Name its columns with --map ts=…,open=…,high=…,low=…,close=…,volume=…, or bring it to one of these:\n${list}`,
  );
}

function fieldsOf(line: Line): readonly string[] {
  try {
    return csvFields(line.bytes.toString('utf8').trim());
  } catch {
    return [];
  }
}

function sample(lines: readonly Line[], opened: Opened, barMinutes = 1): readonly number[] {
  return lines
    .filter((line) => line.number > opened.header && line.bytes.length > 0)
    .slice(0, SAMPLE)
    .flatMap((line) => {
      try {
        return [barStart(toldAsMinute(candleText(opened.columns, fieldsOf(line)), barMinutes))];
      } catch {
        return [];
      }
    });
}

function readRow(
  path: string,
  line: Line,
  opened: Opened,
  options: CandleFileOptions & { readonly clock: Clock },
): ImportedCandle | DeadLetter {
  try {
    if (line.length > MAX_ROW_BYTES) {
      throw new BadField('line', `${line.length} bytes`, `at most ${MAX_ROW_BYTES} bytes`);
    }
    const fields = csvFields(line.bytes.toString('utf8').trim());
    const text = toldAsMinute(candleText(opened.columns, fields), options.barMinutes ?? 1);
    return minuteCandle(
      text,
      opened.markets.of(text('exchange'), text('symbol')),
      options.clock.now() * 1000,
    );
  } catch (error) {
    if (!(error instanceof BadField)) throw error;
    return {
      source: 'import',
      place: `${path}:${line.number}`,
      reason: error.message,
      raw: line.bytes,
      receivedAt: isoOf(options.clock.now() * 1000),
    };
  }
}

interface Market {
  readonly exchange: string;
  readonly symbol: string;
}

/** Finds each market of a file once. */
class Markets {
  private readonly known = new Map<string, Market>();
  private readonly find: (exchange: string | undefined, symbol: string | undefined) => Market;

  constructor(find: (exchange: string | undefined, symbol: string | undefined) => Market) {
    this.find = find;
  }

  of(exchange: string | undefined, symbol: string | undefined): Market {
    const key = `${exchange} ${symbol}`;
    const market = this.known.get(key) ?? this.find(exchange, symbol);
    this.known.set(key, market);
    return market;
  }
}

function marketOf(
  path: string,
  layout: CandleLayout,
  options: CandleFileOptions,
  rowExchange: string | undefined,
  rowSymbol: string | undefined,
): Market {
  const named = marketOfFileName(path.slice(path.lastIndexOf('/') + 1));
  const exchange = rowExchange?.toLowerCase() ?? options.exchange ?? layout.exchange ?? named.exchange;
  const symbol = rowSymbol ?? options.symbol ?? named.symbol;
  if (exchange === undefined || symbol === undefined) {
    const [what, remedy] =
      exchange === undefined ? ['exchange', 'Give --exchange kraken.'] : ['symbol', 'Give --symbol BTC/USD.'];
    throw new UnknownMarket(`${path} does not say its ${what}, and neither does its name.`, remedy);
  }
  return { exchange, symbol: marketSymbol(symbol) };
}
