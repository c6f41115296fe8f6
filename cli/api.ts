import { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { systemClock } from '../engine/clock.ts';
import { ownerPool } from '../jobs/ownerPool.ts';
import { Admin } from './admin/admin.ts';
import { type Beside, besideEngine } from './besideEngine.ts';
import type { Context } from './context.ts';
import { EXIT } from './exitCodes.ts';
import { aborted, onInterrupt } from './interrupt.ts';
import { openApi } from './openApi.ts';
import { requireRunning, runningUrl } from './session.ts';
import { idleSource } from './sources/idle.ts';
import type { Terminal } from './terminal.ts';

/** `tickwave api` */
export function api(context: Context): Command {
  return new Command('api')
    .description('serve REST, streams and dashboard from a database whose views another process keeps')
    .option('--json', 'one JSON object when it listens')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: { readonly json?: true }) =>
      context.finish(await run(context, flags.json === true)),
    );
}

const EXAMPLES = `
Examples:
  $ PORT=8081 tickwave api
  $ DATABASE_URL=postgres://tickwave@db.internal/tickwave tickwave api

Any number may run beside one \`tickwave engine\` or \`start\`. Limits of requests and streams are of each process.`;

/** Connections of the owner, to ask how the engine is. */
const CONNECTIONS = 2;

async function run(context: Context, json: boolean): Promise<number> {
  const { terminal } = context;
  const config = context.config();
  const [url, readUrl] = addresses(config);
  const signal = onInterrupt(terminal.say);
  const pool = ownerPool(url, 'tickwave api', CONNECTIONS);
  try {
    const beside = await besideEngine({ config, pool, url, say: terminal.warn }, signal);
    if (beside === null) return EXIT.ok;
    try {
      return await serveBeside({ terminal, config, url, readUrl, beside, signal, json });
    } finally {
      await beside.stop();
    }
  } finally {
    await pool.end();
  }
}

/** As owner and as reader: DATABASE_URL, or the database of what runs on the data folder. */
function addresses(config: Config): readonly [string, string] {
  if (config.DATABASE_URL !== null) return [config.DATABASE_URL, config.DATABASE_URL];
  const running = requireRunning(config);
  return [runningUrl(config, running, 'owner'), runningUrl(config, running, 'analyst')];
}

interface ServedBeside {
  readonly terminal: Terminal;
  readonly config: Config;
  readonly url: string;
  readonly readUrl: string;
  readonly beside: Beside;
  readonly signal: AbortSignal;
  readonly json: boolean;
}

async function serveBeside(served: ServedBeside): Promise<number> {
  const { terminal, config, url, readUrl, beside, signal, json } = served;
  const source = idleSource(config);
  const { holder, status } = beside;
  const opened = await openApi({
    ...{ config, readUrl, holder, status, index: null },
    feeds: () => source.report(),
    admin: new Admin({ config, url, source, kinds: ['promote', 'rollback'] }),
  });
  try {
    const at = opened.listening.url;
    const time = new Date(systemClock.now()).toISOString();
    if (json) terminal.print(JSON.stringify({ time, state: 'started', api: at }));
    else terminal.print(`serving ${at}/ from what another process keeps; Ctrl-C ends it`);
    const ended = await Promise.race([aborted(signal), beside.lost]);
    if (ended instanceof Error) throw ended;
    return EXIT.ok;
  } finally {
    await opened.stop();
    if (!json) terminal.say('stopped');
  }
}
