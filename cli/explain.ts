import { Command } from 'commander';
import { loadCatalog } from '../engine/catalog/catalog.ts';
import type { InputExplanation } from '../engine/explain/input.ts';
import { type Explanation, explainView, refreshSql } from '../engine/explain.ts';
import type { Context } from './context.ts';
import { duration } from './progress.ts';

interface Flags {
  readonly json?: true;
  readonly sql?: true;
}

/** `tickwave explain` */
export function explain(context: Context): Command {
  return new Command('explain')
    .description('how a view is kept up to date: grain, slices, reach, form and cost')
    .argument('[view]', 'a table or view of sql/; without it, one line for each stored view')
    .option('--sql', 'also the function that refreshes it on the embedded engine')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tickwave explain\n  $ tickwave explain trend\n  $ tickwave explain candles_1m --sql\n  $ tickwave explain features --json',
    )
    .action(async (view: string | undefined, flags: Flags) => run(context, view, flags));
}

async function run({ terminal, config }: Context, view: string | undefined, flags: Flags): Promise<void> {
  const catalog = await loadCatalog(config().SQL_DIR);
  const names =
    view === undefined
      ? catalog.objects.filter((object) => object.kind === 'materialized view').map((object) => object.name)
      : [view];
  const explained = names.map((name) => explainView(catalog, name));
  if (flags.json) {
    const [first] = explained;
    terminal.print(
      JSON.stringify(
        view === undefined
          ? explained
          : { ...first, ...(flags.sql ? { sql: refreshSql(catalog, view) } : {}) },
        null,
        2,
      ),
    );
    return;
  }
  if (view === undefined) {
    const width = Math.max(...names.map((name) => name.length));
    for (const { name, stored } of explained)
      terminal.print(
        `${name.padEnd(width)}  ${(stored?.cost ?? '').padEnd(24)} ${stored?.fallbacks[0] ?? ''}`.trimEnd(),
      );
    return;
  }
  for (const explanation of explained) for (const line of describe(explanation)) terminal.print(line);
  const sql = flags.sql ? refreshSql(catalog, view) : null;
  if (sql !== null) terminal.print(`\n${sql}`);
}

/** An explanation as lines for people. */
export function describe(explanation: Explanation): string[] {
  const { name, kind, file, summary, grain, time, freshnessMs, reads, readBy, stored } = explanation;
  const lines = [
    `${name}: ${kind}, sql/${file}`,
    `  ${summary}`,
    row('grain', grain.join(', ')),
    row('time', time),
    row('reads', reads.join(', ')),
    row('read by', readBy.join(', ')),
  ];
  if (stored === null)
    return [
      ...lines,
      kind === 'view' ? row('stored', 'no: put in place wherever its name is read') : '',
    ].filter(Boolean);
  return [
    ...lines,
    row('freshness', freshnessMs === null ? 'at once' : `at most ${duration(freshnessMs / 1000)} old`),
    row(
      'slices',
      [
        stored.partition.join(', ') || 'the whole view',
        stored.sliceTime === null ? 'all times' : `a range of ${stored.sliceTime}`,
      ].join('; '),
    ),
    row('form', stored.form.text),
    row('', stored.form.why === null ? '' : `not row by row: ${stored.form.why}`),
    row('cost', stored.cost),
    ...stored.fallbacks.map((fallback, index) => row(index === 0 ? 'falls back' : '', fallback)),
    ...stored.inputs.flatMap(describeInput),
  ].filter(Boolean);
}

function describeInput(input: InputExplanation): string[] {
  const { relation, scope, partition, time, reach, filters, cost } = input;
  const keys = partition.map(({ column, value, lookedUpIn }) => {
    const where = lookedUpIn.length > 0 ? ` (looked up in ${lookedUpIn.join(', ')})` : '';
    return column === value ? column : `${column} = ${value}${where}`;
  });
  const steps = time === null ? 'all times' : [time.column, ...time.steps].join(' -> ');
  return [
    `  when ${relation} changes: ${cost}`,
    row('  slice', scope === 'whole view' ? 'the whole view' : [...keys, steps].join('; ')),
    row('  reads', reach === null ? '' : `${reach.back} back, ${reach.ahead} ahead`),
    row('  only if', filters.join(' and ')),
  ].filter(Boolean);
}

function row(label: string, text: string | null): string {
  return text === null || text === '' ? '' : `  ${label.padEnd(11)} ${text}`;
}
