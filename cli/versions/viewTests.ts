import { join } from 'node:path';
import { Catalog, loadCatalog } from '../../engine/catalog/catalog.ts';
import type { Audit } from '../../engine/versions/audit.ts';
import { otherFiles, type Sides } from '../../engine/versions/deployment.ts';
import { catalogOf } from '../../engine/versions/files.ts';
import type { Versions } from '../../engine/versions/versions.ts';
import { runViewTests, type ViewTestResult } from '../../engine/viewTests.ts';
import type { Context } from '../context.ts';
import { onScratchServer } from '../scratchServer.ts';

/**
 * Runs sql/tests on the views of a version. They are of the text and not of the rows, so where the version stands on another database an
 * empty PostgreSQL beside it does.
 */
export async function testAudits(
  { config, terminal }: Pick<Context, 'config' | 'terminal'>,
  { testUrl }: Pick<Versions, 'testUrl'>,
  deployment: Sides,
): Promise<Audit[]> {
  const { SQL_DIR, DATA_DIR } = config();
  const other = catalogOf(otherFiles(deployment));
  const run = (url: string, catalog: Catalog): Promise<ViewTestResult[]> =>
    runViewTests({ url, catalog, folder: join(SQL_DIR, 'tests') });
  if (testUrl !== null) return described(await run(testUrl, other));
  const catalog = withFunctions(other, await loadCatalog(SQL_DIR));
  return described(await onScratchServer(DATA_DIR, (url) => run(url, catalog), terminal.debug));
}

/** With functions as PostgreSQL has them: another database was given its own. */
function withFunctions(catalog: Catalog, folder: Catalog): Catalog {
  return new Catalog([
    ...folder.objects.filter(({ dialect }) => dialect === 'postgres'),
    ...catalog.objects.filter(({ dialect }) => dialect !== 'postgres'),
  ]);
}

function described(results: readonly ViewTestResult[]): Audit[] {
  const failed = results.filter(({ passed }) => !passed);
  const passing = results.length - failed.length;
  const whole = { view: '', audit: 'test', passed: true, detail: `${passing} tests of sql/tests passed` };
  return [
    ...failed.map(({ view, name, message }) => ({
      ...{ view, audit: 'test', passed: false },
      detail: `${name}: ${message}`,
    })),
    ...(passing > 0 ? [whole] : []),
  ];
}
