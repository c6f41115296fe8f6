import { Command } from 'commander';
import { systemClock } from '../engine/clock.ts';
import { ownerPool } from '../jobs/ownerPool.ts';
import { applyRetention } from '../jobs/retention/retention.ts';
import type { Context } from './context.ts';
import { requireRunning, runningUrl } from './session.ts';

/** `tickwave retention` */
export function retention(context: Context): Command {
  return new Command('retention')
    .description('delete what is older than it is kept, once; `start` and `engine` do it each hour')
    .option('--json', 'what was deleted as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: { readonly json?: true }) => run(context, flags.json === true));
}

const EXAMPLES = `
Examples:
  $ tickwave retention
  $ MONITORING_RETENTION_DAYS=30 DATABASE_URL=postgres://tickwave@db.internal/tickwave tickwave retention --json`;

async function run({ terminal, config }: Context, json: boolean): Promise<void> {
  const settings = config();
  const url = settings.DATABASE_URL ?? runningUrl(settings, requireRunning(settings), 'owner');
  const pool = ownerPool(url, 'tickwave retention', 1);
  try {
    const deleted = await applyRetention({
      pool,
      now: systemClock.now(),
      monitoringDays: settings.MONITORING_RETENTION_DAYS,
    });
    if (json) terminal.print(JSON.stringify({ deleted }));
    else for (const { table, rows } of deleted) terminal.print(`${table}: ${rows} rows deleted`);
  } finally {
    await pool.end();
  }
}
