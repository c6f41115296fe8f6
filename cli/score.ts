import { Command } from 'commander';
import { alertsOf } from './alerts.ts';
import type { Context } from './context.ts';
import { onInterrupt } from './interrupt.ts';
import { openModels } from './models/service.ts';
import { requireRunning, runningUrl } from './session.ts';

/** `tickwave score` */
export function score(context: Context): Command {
  return new Command('score')
    .description('score closed minutes beside an engine that runs, judge challengers, and train by schedule')
    .option('--no-train', 'leave training to somebody else, as a scheduled `tickwave train`')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: { readonly train: boolean }) => run(context, flags.train));
}

const EXAMPLES = `
Examples:
  $ tickwave score
  $ DATABASE_URL=postgres://tickwave@db.internal/tickwave tickwave score --no-train

\`tickwave start\` does this by itself; \`tickwave engine\` leaves it to this. Any number may run: a minute is predicted once.`;

async function run({ terminal, config }: Context, trains: boolean): Promise<void> {
  const settings = config();
  const alerts = alertsOf(settings);
  const url = settings.DATABASE_URL ?? runningUrl(settings, requireRunning(settings), 'owner');
  const signal = onInterrupt(terminal.say);
  const models = await openModels({ config: settings, url, say: terminal.warn, trains, alerts });
  for (const remark of models.remarks) terminal.say(remark);
  try {
    terminal.say('scoring; Ctrl-C ends it');
    await models.service.run(signal);
    const { predictions, late } = models.service.status();
    terminal.print(`${predictions} predictions stored, ${late} of them late`);
  } finally {
    await models.close();
  }
}
