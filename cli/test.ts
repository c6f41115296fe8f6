import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { loadCatalog } from '../engine/catalog/catalog.ts';
import { runViewTests, type ViewTestResult } from '../engine/viewTests.ts';
import type { Context } from './context.ts';
import { FoundWanting } from './errors.ts';
import { onScratchServer } from './scratchServer.ts';

/** `tickwave test` */
export function test(context: Context): Command {
  return new Command('test')
    .description('run the tests of sql/tests: rows in, rows out, a view at a time')
    .argument('[filter]', 'only views and tests whose name contains this')
    .option('--json', 'one JSON object a test')
    .addHelpText('after', EXAMPLES)
    .action(async (filter: string | undefined, flags: { readonly json?: true }) =>
      run(context, filter, flags.json === true),
    );
}

const EXAMPLES = `
Examples:
  $ tickwave test
  $ tickwave test candles_1m

Runs on an empty database of its own, which is deleted again. Ends with 1 when a test fails.`;

async function run(context: Context, filter: string | undefined, json: boolean): Promise<void> {
  const { terminal } = context;
  const { SQL_DIR } = context.config();
  const catalog = await loadCatalog(SQL_DIR);
  const results = await onScratchServer(
    tmpdir(),
    (url) =>
      runViewTests({
        url,
        catalog,
        folder: join(SQL_DIR, 'tests'),
        ...(filter === undefined ? {} : { filter }),
      }),
    terminal.debug,
  );
  for (const result of results) {
    if (json) terminal.print(JSON.stringify(result));
    else for (const line of describe(result)) terminal.print(line);
  }
  const failed = results.filter((result) => !result.passed).length;
  terminal.say(`${results.length - failed} passed, ${failed} failed`);
  if (failed > 0) throw new FoundWanting('tests failed');
  if (results.length === 0) throw new FoundWanting('no test was run');
}

function describe({ file, line, view, name, passed, message }: ViewTestResult): string[] {
  if (passed) return [`ok    ${view}: ${name}`];
  return [
    `FAIL  ${view}: ${name}`,
    `      sql/tests/${file.split('/').at(-1)}:${line}`,
    ...message.split('\n').map((text) => `      ${text}`),
  ];
}
