import { type ImportNewsReport, importNews } from '../connectors/news/files/importNews.ts';
import { PostgresLanding } from '../connectors/postgresLanding.ts';
import { systemClock } from '../engine/clock.ts';
import type { Context } from './context.ts';
import { EXIT } from './exitCodes.ts';
import { onInterrupt } from './interrupt.ts';
import { count } from './progress.ts';
import { withSession } from './session.ts';

export interface ImportNewsFlags {
  readonly map?: string;
  readonly json?: true;
}

/** `tickwave import --news` */
export async function importStories(
  context: Context,
  files: readonly string[],
  { map, json }: ImportNewsFlags,
): Promise<number> {
  const signal = onInterrupt(context.terminal.say);
  const report = await withSession(context, 'import', async ({ url, lost }) => {
    const landing = new PostgresLanding({ connection: url, durable: true });
    const progress = context.progress();
    progress.begin('importing', null, 'stories');
    try {
      const imported = importNews({
        files: files.map((path) => ({ path, ...(map === undefined ? {} : { map }) })),
        landing,
        clock: systemClock,
        signal,
        onProgress: ({ rows, path }) => progress.at(rows, { note: path.split('/').at(-1) ?? '' }),
      });
      return await Promise.race([imported, lost.then((error) => Promise.reject(error))]);
    } finally {
      progress.end();
      await landing.close();
    }
  });
  print(context, report, json === true);
  return report.completed ? EXIT.ok : EXIT.interrupted;
}

function print({ terminal }: Context, report: ImportNewsReport, json: boolean): void {
  if (json) {
    terminal.print(JSON.stringify(report));
    return;
  }
  const { stories, duplicates, bad, completed } = report;
  terminal.print(
    `${count(stories)} stories stored, ${count(duplicates)} were there already or are told twice`,
  );
  if (bad > 0)
    terminal.print(
      `${count(bad)} bad rows were set aside: select place, reason from dead_letters where source = 'import'`,
    );
  if (!completed) terminal.say('stopped before the end; the same command stores what is missing');
}
