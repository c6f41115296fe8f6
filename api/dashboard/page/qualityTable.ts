import { count, percent } from './format.ts';
import type { Quality } from './pipelineRecords.ts';
import { type Cell, number, state, table } from './table.ts';

/** Inputs of models that are listed. */
const MOST_NULLS = 8;
/** A share of repeated trades above this means a feed that reconnects all the time, or two feeds of one market. */
const MANY_REPEATED = 0.5;

/** What is wrong with the data, the worst first. */
export function qualityTable(quality: Quality): HTMLElement {
  return table(
    ['What', 'Where', 'Is', number('How much')],
    [...impossible(quality), ...letters(quality), ...duplicates(quality), ...nulls(quality)],
    'Nothing is wrong: no value that cannot be, no input that could not be used, no trade twice, no input of models missing.',
    'Data quality',
  );
}

type Line = readonly Cell[];

function impossible({ impossible }: Quality): readonly Line[] {
  return impossible.map(({ source, symbol, problem, amount }) => [
    problem,
    `${symbol}, ${source}`,
    state('impossible'),
    `${count(amount)} rows`,
  ]);
}

function letters({ letters }: Quality): readonly Line[] {
  return letters.map(({ source, letters: all, letters_last_hour }) => [
    'input that could not be used',
    source,
    state(letters_last_hour > 0 ? 'now' : 'earlier'),
    `${count(letters_last_hour)} in the last hour, ${count(all)} in all`,
  ]);
}

/** Of each market's newest hour. */
function duplicates({ duplicates }: Quality): readonly Line[] {
  const newest = new Map(
    duplicates
      .toSorted((a, b) => a.hour.localeCompare(b.hour))
      .map((row) => [`${row.exchange} ${row.symbol}`, row]),
  );
  return [...newest.values()]
    .filter(({ duplicate_rate }) => (duplicate_rate ?? 0) > 0)
    .map(({ symbol, exchange, repeated, duplicate_rate }) => [
      'trades that arrived again, this hour',
      `${symbol}, ${exchange}`,
      state((duplicate_rate ?? 0) > MANY_REPEATED ? 'many' : 'ok'),
      `${count(repeated)} (${percent(duplicate_rate ?? 0)})`,
    ]);
}

function nulls({ nulls }: Quality): readonly Line[] {
  return nulls
    .filter((row) => row.nulls > 0)
    .toSorted((a, b) => b.nulls / b.minutes - a.nulls / a.minutes)
    .slice(0, MOST_NULLS)
    .map((row) => [
      `${row.feature} is missing`,
      row.symbol,
      state('missing'),
      `${percent(row.nulls / row.minutes)} of ${count(row.minutes)} min`,
    ]);
}
