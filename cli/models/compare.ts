import { Command } from 'commander';
import { compareModels, type ModelComparison } from '../../jobs/registry/compare.ts';
import { unseenLosses } from '../../jobs/registry/unseenLosses.ts';
import type { Context } from '../context.ts';
import { figure, table, versionOf, withRegistry } from './registry.ts';
import { promotionRules } from './settings.ts';

type Version = ReturnType<typeof versionOf>;

/** `tickwave models compare` */
export function compareVerb(context: Context): Command {
  return new Command('compare')
    .description('two versions side by side, and which is better on the minutes that both predicted')
    .argument('<name>', 'as return-5m')
    .argument('<first>', 'a number, champion or challenger', versionOf)
    .argument('<second>', 'what it is compared with', versionOf)
    .option('--json', 'as JSON')
    .action(async (name: string, first: Version, second: Version, flags: { readonly json?: true }) => {
      const comparison = await withRegistry(context, async (registry, pool) => {
        const numbers = [
          (await registry.show(name, first)).version,
          (await registry.show(name, second)).version,
        ] as const;
        return compareModels(registry, name, numbers, promotionRules(context.config()), unseenLosses(pool));
      });
      if (flags.json === true) context.terminal.print(JSON.stringify(comparison));
      else for (const line of describe(comparison)) context.terminal.print(line);
    });
}

function describe({
  first,
  second,
  metrics,
  verdict,
  onlyFirst,
  onlySecond,
}: ModelComparison): readonly string[] {
  const title = ({ version, alias }: ModelComparison['first']): string =>
    `${version}${alias === null ? '' : ` (${alias})`}`;
  const only = (version: number, features: readonly string[]): readonly string[] =>
    features.length === 0 ? [] : [`only ${version} has ${features.join(', ')}`];
  return [
    ...table([
      [first.name, title(first), title(second)],
      ['algorithm', first.algorithm, second.algorithm],
      ['trained to', first.trainedTo, second.trainedTo],
      ...metrics.map((metric) => [metric.name, figure(metric.first), figure(metric.second)]),
    ]),
    ...only(first.version, onlyFirst),
    ...only(second.version, onlySecond),
    `${first.version} as challenger of ${second.version}, on minutes that both predicted: ${verdict.promote ? 'better' : 'not better'}`,
    ...verdict.reasons.map((reason) => `  ${reason}`),
  ];
}
