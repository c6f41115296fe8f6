import type { Audit, Invariant } from '../../engine/versions/audit.ts';
import type { Deployment } from '../../engine/versions/deployment.ts';
import type { Versions } from '../../engine/versions/versions.ts';
import type { Context } from '../context.ts';
import { testAudits } from './viewTests.ts';

/** What holds of every candle, wherever it is. */
const INVARIANTS: readonly Invariant[] = [
  {
    name: 'candle',
    columns: ['open', 'high', 'low', 'close'],
    holds: 'low <= least(open, close) and high >= greatest(open, close)',
  },
  { name: 'volume', columns: ['open', 'close', 'volume'], holds: 'volume >= 0' },
];

/** Asks a version that is built whether it may take the names. The answers are kept. */
export async function audit(context: Context, versions: Versions, deployment: Deployment): Promise<Audit[]> {
  const rows = await versions.audit(deployment, INVARIANTS);
  const audits = [...rows, ...(await testAudits(context, versions, deployment))];
  await versions.recordAudits(deployment.id, audits);
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

/** What to do about audits that failed. */
export function adviceOn(failed: readonly Audit[]): string {
  const names = [...new Set(failed.map(({ audit: name }) => name))];
  const allow = names.map((name) => (name.includes(' ') ? `'${name}'` : name)).join(' ');
  return (
    'it does not take the names like this: put sql/ right, then `tickwave cleanup` and `tickwave apply`; ' +
    `or, where it is meant so, \`tickwave promote --allow ${allow}\``
  );
}

/** What keeps a version from being promoted. */
export function objections(audits: readonly Audit[], allowed: readonly string[]): Audit[] {
  return audits.filter(({ passed, audit: name }) => !passed && !allowed.includes(name));
}
