import { Command } from 'commander';
import { DeploymentRefused } from '../../engine/versions/deployment.ts';
import type { ViewDiff } from '../../engine/versions/versions.ts';
import type { Context } from '../context.ts';
import { wholeFrom } from '../numbers.ts';
import { count } from '../progress.ts';
import { withVersions } from './place.ts';

interface Flags {
  readonly view?: readonly string[];
  readonly samples: number;
  readonly json?: true;
}

/** `tickwave diff` */
export function diff(context: Context): Command {
  return new Command('diff')
    .description('compare the rows of the two versions that stand side by side')
    .option('--view <names...>', 'only these views')
    .option('--samples <count>', 'rows to show of each view', wholeFrom(0), 3)
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tickwave diff\n  $ tickwave diff --view candles_1m --samples 10\n  $ tickwave diff --json | jq .[].differing',
    )
    .action(async (flags: Flags) => run(context, flags));
}

async function run(context: Context, { view, samples, json }: Flags): Promise<void> {
  const { terminal } = context;
  const diffs = await withVersions(context, async (versions) => {
    const active = await versions.active();
    if (active === null || active.state === 'building')
      throw new DeploymentRefused(
        'there are no two versions to compare: `tickwave apply` builds one beside the other',
      );
    return versions.compare(active, { samples, ...(view ? { views: view } : {}) });
  });
  if (json) terminal.print(JSON.stringify(diffs, null, 2));
  else for (const line of diffs.flatMap(describeDiff)) terminal.print(line);
  if (diffs.length === 0)
    terminal.say('no view is stored in two versions: only names, comments or plain views differ');
}

function describeDiff(diff: ViewDiff): string[] {
  const { view, rows, onlyPublished, onlyOther, differing, byColumn, columns, samples, why } = diff;
  const head = `${view}: ${count(rows.published)} rows published, ${count(rows.other)} beside`;
  if (why !== null) return [`${head}; ${why}`];
  const columnsLine = [
    ...columns.onlyOther.map((name) => `+${name}`),
    ...columns.onlyPublished.map((name) => `-${name}`),
  ].join(' ');
  const equal = onlyPublished + onlyOther + differing === 0;
  return [
    equal
      ? `${head}, all equal`
      : `${head}; ${count(onlyPublished)} only published, ${count(onlyOther)} only beside, ${count(differing)} differ`,
    ...(columnsLine === '' ? [] : [`  columns  ${columnsLine}`]),
    ...Object.entries(byColumn).map(([column, number]) => `  ${column}: ${count(number)} rows`),
    ...samples.flatMap(({ published, other }) => [
      ...(published === null ? [] : [`  - ${JSON.stringify(published)}`]),
      ...(other === null ? [] : [`  + ${JSON.stringify(other)}`]),
    ]),
  ];
}
