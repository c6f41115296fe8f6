import { join } from 'node:path';
import pg from 'pg';
import type { Catalog } from './catalog/catalog.ts';
import { compareRows, type RowDifference } from './viewTests/compare.ts';
import { printDifferences } from './viewTests/diff.ts';
import { Scratch, ViewTestError } from './viewTests/scratch.ts';
import { readTestFiles, type ViewTest, type ViewTestFile } from './viewTests/testFile.ts';

export interface ViewTestOptions {
  /** Address of a database in which the owner may make a schema; nothing of it stays. */
  readonly url: string;
  readonly catalog: Catalog;
  /** The folder of `<view>.test.yaml` files. */
  readonly folder: string;
  /** Only views or tests whose name contains this text. */
  readonly filter?: string;
}

/** How one test ended. */
export interface ViewTestResult {
  readonly file: string;
  readonly line: number;
  readonly view: string;
  readonly name: string;
  readonly passed: boolean;
  readonly differences: readonly RowDifference[];
  /** For people: the table of differing rows, or why the test could not run. Empty when it passed. */
  readonly message: string;
}

/**
 * Runs the tests of `sql/tests`: rows in, rows out, a view at a time over its direct inputs, in a transaction that is rolled back.
 *
 * @example
 * const results = await runViewTests({ url, catalog: await loadCatalog('sql'), folder: 'sql/tests' });
 * process.exitCode = results.every((result) => result.passed) ? 0 : 1;
 */
export async function runViewTests(options: ViewTestOptions): Promise<ViewTestResult[]> {
  const files = await readTestFiles(options.folder);
  const client = new pg.Client({ connectionString: options.url, application_name: 'tickwave view tests' });
  await client.connect();
  try {
    await client.query('begin');
    const scratch = new Scratch(client, options.catalog);
    await scratch.create();
    const results: ViewTestResult[] = [];
    for (const file of files) {
      for (const test of file.tests.filter((candidate) => isWanted(file, candidate, options.filter))) {
        await client.query('savepoint test');
        results.push(await runTest(file, test, options.catalog, scratch));
        await client.query('rollback to savepoint test');
      }
    }
    return results;
  } finally {
    await client.query('rollback').catch(() => {}); // The connection may be what failed.
    await client.end();
  }
}

function isWanted(file: ViewTestFile, test: ViewTest, filter: string | undefined): boolean {
  return filter === undefined || file.view.includes(filter) || test.name.includes(filter);
}

async function runTest(
  file: ViewTestFile,
  test: ViewTest,
  catalog: Catalog,
  scratch: Scratch,
): Promise<ViewTestResult> {
  const base = { file: join('tests', file.file), line: test.line, view: file.view, name: test.name };
  try {
    const view = catalog.get(file.view);
    for (const [input, rows] of Object.entries(test.given)) {
      if (!view.inputs.includes(input)) {
        throw new ViewTestError(
          `'${view.name}' does not read '${input}'; it reads ${[...new Set(view.inputs)].join(', ')}`,
        );
      }
      await scratch.fill(input, rows);
    }
    const expected = await scratch.normalised(view.name, test.expect);
    const found = await scratch.rows(view);
    const types = await scratch.types(view.name);
    const numbers = new Set(
      [...types]
        .filter(([, type]) => /^(numeric|double|real|bigint|integer|smallint)/.test(type))
        .map(([name]) => name),
    );
    const differences = compareRows({ expected, found, grain: view.key, numbers });
    const named = new Set([...view.key, ...test.expect.flatMap((row) => Object.keys(row))]);
    const columns = [...types.keys()].filter((column) => named.has(column));
    return {
      ...base,
      passed: differences.length === 0,
      differences,
      message: differences.length > 0 ? printDifferences(differences, columns) : '',
    };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { ...base, passed: false, differences: [], message: error.message };
  }
}
