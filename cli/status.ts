import { Command } from 'commander';
import { type FeedsReport, feedsSchema } from '../api/schemas/feeds.ts';
import type { Context } from './context.ts';
import { NotRunning } from './errors.ts';
import { announced, findRunning } from './runFile.ts';
import { runningUrl } from './session.ts';
import { describeStatus } from './statusText.ts';
import { readStore, type Store } from './store.ts';

/** What `status --json` prints. */
export interface Status {
  readonly running: boolean;
  readonly pid: number | null;
  /** As in `start`; null when it has not said yet. */
  readonly verb: string | null;
  readonly started_at: string | null;
  readonly source: string | null;
  readonly data_dir: string;
  readonly api: { readonly url: string; readonly ready: boolean; readonly reasons: readonly string[] } | null;
  /** What `/v1/feeds` says; null when it does not answer. */
  readonly feeds: FeedsReport | null;
  readonly database: Store | { readonly error: string } | null;
}

/** `tickwave status` */
export function status(context: Context): Command {
  return new Command('status')
    .description('what runs on the data folder, and how far its markets are')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tickwave status\n  $ tickwave status --json | jq .api.ready\n\nEnds with 4 when nothing runs.',
    )
    .action(async (flags: { readonly json?: true }) => run(context, flags.json === true));
}

async function run({ terminal, config }: Context, json: boolean): Promise<void> {
  const settings = config();
  const found = findRunning(settings.DATA_DIR);
  const running = announced(settings.DATA_DIR);
  const status: Status = {
    running: found !== null,
    pid: found?.pid ?? null,
    verb: found?.verb ?? null,
    started_at: running?.startedAt ?? null,
    source: running?.source ?? null,
    data_dir: settings.DATA_DIR,
    api: running === null || running.api === null ? null : await askApi(running.api),
    feeds: running === null || running.api === null ? null : await askFeeds(running.api, running.apiKey),
    database: running === null ? null : await readStore(runningUrl(settings, running, 'analyst')),
  };
  if (json) terminal.print(JSON.stringify(status, null, 2));
  else for (const line of describeStatus(status)) terminal.print(line);
  if (found === null) throw new NotRunning(settings.DATA_DIR);
}

const WITHIN_MS = 3000;

async function askFeeds(url: string, key: string | null): Promise<FeedsReport | null> {
  try {
    const headers = key === null ? {} : { authorization: `Bearer ${key}` };
    const answer = await fetch(`${url}/v1/feeds`, { headers, signal: AbortSignal.timeout(WITHIN_MS) });
    return feedsSchema.parse(await answer.json());
  } catch {
    return null;
  }
}

async function askApi(url: string): Promise<NonNullable<Status['api']>> {
  try {
    const answer = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(WITHIN_MS) });
    const body = (await answer.json()) as { readonly reasons?: readonly string[] };
    return { url, ready: answer.ok, reasons: body.reasons ?? [] };
  } catch (error) {
    return {
      url,
      ready: false,
      reasons: [`does not answer: ${error instanceof Error ? error.message : String(error)}`],
    };
  }
}
