import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { processContext } from '../cli/context.ts';
import { program } from '../cli/run.ts';
import { variableTable } from '../config/table.ts';
import { VARIABLES } from '../config/variables.ts';
import { buildCatalog, readSqlFolder } from '../engine/catalog/catalog.ts';
import { explainView } from '../engine/explain.ts';
import { readTestFile } from '../engine/viewTests/testFile.ts';

// What the documentation names has to exist.

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(repository, 'docs')).map((name) => `docs/${name}`),
].filter((page) => page.endsWith('.md'));
const text = (page: string): string => readFileSync(join(repository, page), 'utf8');

/** Names in capitals that are not Tickwave's settings. */
const OTHERS = new Set([
  ...['SOAK_MINUTES', 'TICKWAVE_DATA', 'WRITE_DOCS', 'PG_VERSION', 'XGBOOST_LIBRARY', 'SEED'],
  ...['TEST_RISINGWAVE_URL', 'TEST_RISINGWAVE_TRADES', 'TEST_KAFKA_BROKERS'],
  ...['TEST_ELASTICSEARCH_URL', 'TEST_MLFLOW_URL', 'TEST_STAND_IN'],
]);

function verbs(): ReadonlyMap<string, Command> {
  const root = program(processContext(() => {}));
  return new Map(root.commands.map((command) => [command.name(), command]));
}

/** The calls of the command in a page: verb and flags. */
function calls(page: string): { readonly verb: string; readonly flags: readonly string[] }[] {
  const code = [...text(page).matchAll(/```sh\n([\s\S]*?)```|`([^`\n]+)`/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
  return code.flatMap((block) =>
    [...block.matchAll(/\btickwave +([a-z]+)((?:[^\n#|)"']|"[^"\n]*"|'[^'\n]*')*)/g)].map((match) => ({
      verb: match[1] ?? '',
      flags: [...(match[2] ?? '').matchAll(/(?:^|\s)(--[a-z][a-z-]*)/g)].map((flag) => flag[1] ?? ''),
    })),
  );
}

describe.each(pages)('%s', (page) => {
  test('names verbs and flags that exist', () => {
    const known = verbs();
    for (const { verb, flags } of calls(page)) {
      expect([...known.keys()]).toContain(verb);
      const command = known.get(verb);
      const options = [command, ...(command?.commands ?? [])].flatMap((one) =>
        (one?.options ?? []).map((option) => option.long),
      );
      for (const flag of flags) expect(['--help', ...options]).toContain(flag);
    }
  });

  test('names variables that exist', () => {
    const named = [
      ...text(page).matchAll(/`([A-Z][A-Z0-9]*_[A-Z0-9_]+)(?:=[^`]*)?`|^([A-Z][A-Z0-9_]*)=\S+ /gm),
    ].map((match) => match[1] ?? match[2] ?? '');
    for (const name of named) expect([...Object.keys(VARIABLES), ...OTHERS]).toContain(name);
  });

  test('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> };
    for (const [, script] of text(page).matchAll(/npm run ([a-z:-]+)/g))
      expect(Object.keys(scripts)).toContain(script);
  });

  test('links to what exists', () => {
    const links = [...text(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1] ?? '');
    for (const link of links)
      expect([link, existsSync(join(repository, dirname(page), link))]).toEqual([link, true]);
  });
});

test('docs/configuration.md has every variable as it is', () => {
  expect(text('docs/configuration.md')).toContain(variableTable());
});

test('docs/cli.md has every verb', () => {
  for (const verb of verbs().keys()) expect(text('docs/cli.md')).toContain(`| \`${verb}\``);
});

describe('SQL in the documentation', () => {
  const block = (page: string): string => /```sql\n(-- [\s\S]*?)```/.exec(text(page))?.[1] ?? '';
  const withFile = async (
    edits: Readonly<Record<string, (before: string) => string>>,
  ): Promise<ReturnType<typeof buildCatalog>> => {
    const files = new Map(await readSqlFolder(join(repository, 'sql')));
    for (const [file, edit] of Object.entries(edits)) files.set(file, edit(files.get(file) ?? ''));
    return buildCatalog(files);
  };

  test.each(['README.md', 'docs/sql.md'])('the view of %s is accepted and kept by slices', async (page) => {
    const catalog = await withFile({ 'candles/busy_hours.sql': () => block(page) });
    expect(explainView(catalog, 'busy_hours').stored).toMatchObject({
      sliceTime: 'hour',
      cost: 'O(rows of slice)',
    });
  });

  test('an indicator is a column, added by SQL alone', async () => {
    const [frame = '', column = ''] = [...text('docs/sql.md').matchAll(/```sql\n( {2}[\s\S]*?)```/g)].map(
      (match) => match[1] ?? '',
    );
    const catalog = await withFile({
      'indicators/volume_flow.sql': (sql) =>
        sql
          .replace(/^ {4}frame_sum\(volume\).* as volume_60,\n/m, (line) => line + frame)
          .replace(/^ {2}case when moves = 60 .*\n/m, (line) => line + column),
    });
    expect(catalog.columnsOf('volume_flow')).toContain('volume_ratio_10_60');
    expect(explainView(catalog, 'volume_flow').stored).toMatchObject({ form: { kind: 'rows' } });
  });

  test('a timeframe is a file and three lines', async () => {
    const fifteen = (await readSqlFolder(join(repository, 'sql'))).get('candles/candles_15m.sql') ?? '';
    const catalog = await withFile({
      'candles/candles_30m.sql': () =>
        fifteen
          .replaceAll('15 minutes', '30 minutes')
          .replaceAll('candles_15m', 'candles_30m')
          .replace('from candles_5m', 'from candles_15m'),
      'candles/candles.sql': (sql) =>
        `${sql.trimEnd().slice(0, -1)}\nunion all\n${/select\n {2}'15m'[\s\S]*?candles_15m/.exec(sql)?.[0].replaceAll('15m', '30m') ?? ''};\n`,
      'indicators/price_moves.sql': (sql) =>
        sql.replace("when timeframe = '15m' then 15", "$& when timeframe = '30m' then 30"),
      'features/closed_windows.sql': (sql) =>
        sql.replace("when '15m' then interval '15 minutes'", "$& when '30m' then interval '30 minutes'"),
    });
    expect(explainView(catalog, 'candles').reads).toContain('candles_30m');
    expect(explainView(catalog, 'price_moves').stored?.inputs.map((input) => input.relation)).toContain(
      'candles_30m',
    );
  });

  test('the test of a view can be read', () => {
    const yaml = /```yaml\n([\s\S]*?)```/.exec(text('docs/sql.md'))?.[1] ?? '';
    expect(readTestFile('busy_hours.test.yaml', yaml).tests).toHaveLength(1);
  });
});
