import { Command } from 'commander';
import pg from 'pg';
import type { Config } from '../config/config.ts';
import { systemClock } from '../engine/clock.ts';
import { type Alerts, readAlertsFile } from '../jobs/alerts/alertsFile.ts';
import { testMessage } from '../jobs/alerts/message.ts';
import { send } from '../jobs/alerts/send/send.ts';
import type { Context } from './context.ts';
import { FoundWanting, UsageError } from './errors.ts';
import { table } from './models/registry.ts';
import { requireRunning, runningUrl } from './session.ts';

/** `tickwave alerts` */
export function alertsVerb(context: Context): Command {
  const verb = new Command('alerts')
    .description('alerts: what fires, whether the file of rules is right, whether messages arrive')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tickwave alerts list\n  $ tickwave alerts check\n  $ ALERT_SLACK_URL=https://hooks.slack.com/… tickwave alerts test slack',
    );
  verb
    .command('list')
    .description('what fires now, and what has ended lately')
    .option('--json', 'as JSON')
    .action(({ json }: { readonly json?: true }) => list(context, json === true));
  verb
    .command('check')
    .description('read the file of rules and say what is wrong with it')
    .option('--json', 'as JSON')
    .action(({ json }: { readonly json?: true }) => check(context, json === true));
  verb
    .command('test')
    .description('send a test message to each destination and say what came of it')
    .argument('[destination]', 'only this one')
    .option('--json', 'as JSON')
    .action((name: string | undefined, { json }: { readonly json?: true }) =>
      sendTests(context, name ?? null, json === true),
    );
  return verb;
}

/** The file of alerts, as it is configured. @throws BadAlertsFile */
export function alertsOf(config: Config): Alerts {
  return readAlertsFile(config.ALERTS_FILE, { ...process.env, ...config });
}

function check({ terminal, config }: Context, json: boolean): void {
  const { rules, destinations, off } = alertsOf(config());
  if (json) {
    const names = destinations.map(({ name, type }) => ({ name, type }));
    terminal.print(JSON.stringify({ rules: rules.map(({ name }) => name), destinations: names, off }));
    return;
  }
  terminal.print(`${config().ALERTS_FILE}: ${rules.length} rules, ${destinations.length} destinations`);
  for (const { name, missing } of off) terminal.print(`${name} is off without ${missing.join(', ')}`);
}

async function sendTests({ terminal, config }: Context, only: string | null, json: boolean): Promise<void> {
  const { destinations, off } = alertsOf(config());
  const chosen = destinations.filter(({ name }) => only === null || name === only);
  const missing = off.find(({ name }) => name === only)?.missing;
  if (missing !== undefined) throw new UsageError(`${only} is off: set ${missing.join(', ')}`);
  if (chosen.length === 0)
    throw new UsageError(
      only === null
        ? 'No destination is on: set the variables of one, as docs/alerts.md says'
        : `There is no destination ${only}: ${[...destinations, ...off].map(({ name }) => name).join(', ')} are known`,
    );
  const now = systemClock.now();
  const outcomes = await Promise.all(
    chosen.map(async (destination) => ({
      destination: destination.name,
      ...(await send(destination, testMessage(now), now)),
    })),
  );
  for (const { destination, kind, said } of outcomes)
    terminal.print(
      json
        ? JSON.stringify({ destination, sent: kind === 'sent', said })
        : `${kind === 'sent' ? 'sent  ' : 'failed'}  ${destination}: ${said}`,
    );
  if (outcomes.some(({ kind }) => kind !== 'sent')) throw new FoundWanting('a test message was not taken');
}

const LATELY = `
select rule, subject, severity, state, value, threshold, since, resolved_at
from alerts
where state <> 'pending'
order by case when state = 'resolved' then 1 else 0 end, coalesce(resolved_at, since) desc
limit 50`;

async function list({ terminal, config }: Context, json: boolean): Promise<void> {
  const settings = config();
  const url = settings.DATABASE_URL ?? runningUrl(settings, requireRunning(settings), 'owner');
  const client = new pg.Client({ connectionString: url, application_name: 'tickwave alerts' });
  client.on('error', () => {}); // The query that was running rejects.
  await client.connect();
  try {
    const { rows } = await client.query<Listed>(LATELY);
    if (json) terminal.print(JSON.stringify(rows));
    else if (rows.length === 0) terminal.print('Nothing fires, and nothing has.');
    else for (const line of table([HEADS, ...rows.map(cells)])) terminal.print(line);
  } finally {
    await client.end();
  }
}

interface Listed {
  readonly rule: string;
  readonly subject: string;
  readonly severity: string;
  readonly state: string;
  readonly value: number | null;
  readonly since: Date;
  readonly resolved_at: Date | null;
}

const HEADS = ['state', 'severity', 'rule', 'subject', 'value', 'since', 'resolved'];

function cells({ rule, subject, severity, state, value, since, resolved_at }: Listed): readonly string[] {
  const at = (date: Date | null): string => date?.toISOString().slice(0, 16) ?? '-';
  const shown = value === null ? '-' : String(Number(value.toPrecision(4)));
  return [state, severity, rule, subject, shown, at(since), at(resolved_at)];
}
