import { join } from 'node:path';
import type { ClientBase } from 'pg';
import type { Config } from '../../config/config.ts';
import { auditRows, recordAudits } from '../../engine/postgres/versions/audits.ts';
import { catalogOf, layoutOf } from '../../engine/postgres/versions/worker.ts';
import type { Audit, Invariant } from '../../engine/versions/audit.ts';
import { type Deployment, otherFiles, publishedFiles } from '../../engine/versions/deployment.ts';
import { runViewTests } from '../../engine/viewTests.ts';

/** What holds of every candle, wherever it is. */
const INVARIANTS: readonly Invariant[] = [
  {
    name: 'candle',
    columns: ['open', 'high', 'low', 'close'],
    holds: 'low <= least(open, close) and high >= greatest(open, close)',
  },
  { name: 'volume', columns: ['open', 'close', 'volume'], holds: 'volume >= 0' },
];

/** Asks a version that is built whether it may take the names: its rows, and the tests of sql/tests. The answers are kept. */
export async function audit(
  client: ClientBase,
  config: Config,
  url: string,
  deployment: Deployment,
): Promise<Audit[]> {
  const layout = layoutOf(publishedFiles(deployment), otherFiles(deployment));
  const rows = await auditRows(client, layout, INVARIANTS);
  const catalog = catalogOf(otherFiles(deployment));
  const tests = await runViewTests({ url, catalog, folder: join(config.SQL_DIR, 'tests') });
  const failed = tests.filter(({ passed }) => !passed);
  const audits = [
    ...rows,
    ...failed.map(({ view, name, message }) => ({
      view,
      audit: 'test',
      passed: false,
      detail: `${name}: ${message}`,
    })),
    ...(tests.length > failed.length
      ? [
          {
            view: '',
            audit: 'test',
            passed: true,
            detail: `${tests.length - failed.length} tests of sql/tests passed`,
          },
        ]
      : []),
  ];
  await recordAudits(client, deployment.id, audits);
  return audits;
}

/** Audits as lines, what failed first; what passed only by its number. */
export function describeAudits(audits: readonly Audit[], allowed: readonly string[]): string[] {
  const failed = audits.filter(({ passed }) => !passed);
  return [
    ...failed.map(
      ({ view, audit: name, detail }) =>
        `${allowed.includes(name) ? 'allowed' : 'FAILED '} ${view}: ${name}: ${detail.split('\n').join('\n        ')}`,
    ),
    `${audits.length - failed.length} audits passed, ${failed.length} failed`,
  ];
}

/** What keeps a version from being promoted. */
export function objections(audits: readonly Audit[], allowed: readonly string[]): Audit[] {
  return audits.filter(({ passed, audit: name }) => !passed && !allowed.includes(name));
}
