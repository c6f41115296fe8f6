import { between, differences, FINITE, type Indicator, settledAt } from './comparison.ts';
import type { IndicatorRow } from './indicatorDatabase.ts';
import type { Market } from './references.ts';

const HEAD = `# Which indicators there are, and how exact they are

You want to know what a column of \`indicators\` means and from when on you may compare it with another program's. The table is made by
the golden tests (\`WRITE_DOCS=1 npm test -- golden\`), which compare every column with
[Skender's Stock.Indicators](https://github.com/DaveSkender/Stock.Indicators) and [TA-Lib](https://ta-lib.org) on 502 daily bars and, for averages that
never forget and for what neither has, with the recursion of the books on 1,246 days of Bitcoin (\`ema_60\` also on 5,285 days of an index).

* **first row**: the first row of a market that has a value. Before it the column is null.
* **agrees from row**: from there on every compared value is within a relative 1e-8. Averages that never forget begin differently in every program (TA-Lib
  and Skender differ from each other as much as from these), and the beginning fades away; a window of rows agrees at once.
* **largest difference**: from that row on, rounded up to a power of ten; relative to the value or, near zero, to the column's mean size.

A row of \`indicators\` says itself how far its market is: \`reach_rows\` counts the rows there are of the 600 that the longest average reaches over, and
\`reach_complete\` is true when all 600 are there, without a gap and with every minute known. Frames are cut where what they leave out weighs less than 1e-8.

Known differences: of equal highs Aroon takes the latest, as TA-Lib does, Skender the earliest. Donchian's channel takes the current row in, Skender's leaves it out.
\`daily_vwap\` was compared on the same bars as minutes of one day. RSI without any movement is 50 (TA-Lib 0, Skender 100). A fraction of nothing is null: stochastics of a flat range, CCI of equal prices, a VWAP without volume.

| indicator | formula | first row | agrees from row | largest difference | compared with |
|---|---|---|---|---|---|
`;

/** The page about the indicators, from what was measured. */
export function renderIndicators(
  indicators: readonly Indicator[],
  rows: ReadonlyMap<Market, readonly IndicatorRow[]>,
): string {
  return HEAD + indicators.map((indicator) => `${line(indicator, rows)}\n`).join('');
}

function line(
  { column, formula, warmUp, references }: Indicator,
  rows: ReadonlyMap<Market, readonly IndicatorRow[]>,
): string {
  const first = (rows.get('minutes') ?? []).findIndex((row) => row[column] !== null) + 1;
  const compared = references.map((reference) =>
    differences(rows.get(reference.market) ?? [], column, reference.values),
  );
  const largest = Math.max(
    ...compared.flatMap((values) => between(values, Math.max(warmUp, tieRows(column, values)))),
  );
  const names = [...new Set(references.map(({ name }) => name))].join(', ');
  const from = warmUp === FINITE ? first : warmUp + 1;
  const cells = [`\`${column}\``, formula.replaceAll('|', '\\|'), first, from, power(largest), names];
  return `| ${cells.join(' | ')} |`;
}

/** Aroon is compared from the last tie on that Skender breaks the other way. */
function tieRows(column: string, values: readonly (number | null)[]): number {
  return column.startsWith('aroon') ? settledAt(values) : 0;
}

/** Up to the next power of ten, and no finer than rounding is the same on every machine. */
function power(value: number): string {
  if (value === 0) return '0';
  return `1e${Math.max(-12, Math.ceil(Math.log10(value)))}`;
}
