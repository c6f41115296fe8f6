import { Command } from 'commander';
import { considerPromotion, rollBack } from '../../jobs/registry/promotion.ts';
import type { Decision } from '../../jobs/registry/registeredModel.ts';
import { unseenLosses } from '../../jobs/registry/unseenLosses.ts';
import type { Context } from '../context.ts';
import { FoundWanting, UsageError } from '../errors.ts';
import { wholeFrom } from '../numbers.ts';
import { withRegistry } from './registry.ts';
import { promotionRules } from './settings.ts';

interface Flags {
  readonly reason?: string;
  readonly json?: true;
}

/** `tickwave models promote` */
export function promoteVerb(context: Context): Command {
  return new Command('promote')
    .description(
      'judge the challenger now; with a version and a reason, make that version champion whatever it did',
    )
    .argument('<name>', 'as return-5m')
    .argument('[version]', 'a version to make champion without a judgement', wholeFrom(1))
    .option('--reason <why>', 'why it is made champion, for the record')
    .option('--json', 'the decision as JSON')
    .addHelpText(
      'after',
      '\nEnds with 1 when the challenger is not good enough. What is decided is a row of promotions.',
    )
    .action(async (name: string, version: number | undefined, flags: Flags) => {
      const { reason } = flags;
      if ((version === undefined) !== (reason === undefined))
        throw new UsageError(
          'Give a version and --reason together to promote without a judgement, or neither to have the challenger judged',
        );
      const decision = await withRegistry(context, async (registry, pool) => {
        if (version === undefined || reason === undefined) {
          const rules = promotionRules(context.config());
          return (await considerPromotion(registry, name, rules, unseenLosses(pool))).decision;
        }
        return registry.decide({ name, version, action: 'promote', alias: 'champion', reasons: [reason] });
      });
      report(context, decision, flags);
      if (decision.action === 'refuse') throw new FoundWanting('the challenger is not good enough');
    });
}

/** `tickwave models rollback` */
export function rollbackVerb(context: Context): Command {
  return new Command('rollback')
    .description('put the champion before the present one back')
    .argument('<name>', 'as return-5m')
    .option('--reason <why>', 'for the record', 'It was rolled back by hand.')
    .option('--json', 'the decision as JSON')
    .action(async (name: string, flags: Flags & { readonly reason: string }) => {
      report(
        context,
        await withRegistry(context, (registry) => rollBack(registry, name, flags.reason)),
        flags,
      );
    });
}

function report({ terminal }: Context, decision: Decision, { json }: Flags): void {
  if (json === true) {
    terminal.print(JSON.stringify(decision));
    return;
  }
  const { name, version, action, alias, previousVersion, reasons } = decision;
  const before =
    previousVersion === null || previousVersion === version ? '' : `, in place of ${previousVersion}`;
  terminal.print(
    action === 'refuse'
      ? `${name} ${version} stays ${alias ?? 'out of service'}`
      : `${name} ${version} is ${alias ?? 'out of service'}${before}`,
  );
  for (const reason of reasons) terminal.print(`  ${reason}`);
}
