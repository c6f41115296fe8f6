import pg from 'pg';
import { loadCatalog } from '../engine/catalog/catalog.ts';
import { PlainCopy } from '../engine/postgres/plainCopy.ts';
import { findLeaks, type Leak, type LeakReport } from '../jobs/training/leaks/findLeaks.ts';
import type { Context } from './context.ts';
import { FoundWanting } from './errors.ts';
import { withSession } from './session.ts';

/** How leaks are looked for. */
export interface LeakFlags {
  /** Moments at which the future is cut off. */
  readonly cuts: number;
  /** Says which moments; drawn and printed when it is not given. */
  readonly seed?: number;
  readonly json?: true;
}

/** Rows of a landing table at most: every view is computed of them, more than once. */
const MOST_ROWS = 2_000_000;

/** `tickwave check --leaks`: whether any row that models learn from knows what came later. @throws FoundWanting when one does */
export async function checkLeaks(context: Context, flags: LeakFlags): Promise<void> {
  const { terminal, config } = context;
  const seed = flags.seed ?? Math.floor(Math.random() * 2 ** 31);
  terminal.say(
    `looking for leaks at ${flags.cuts} moments, seed ${seed}; this takes as long as building all views twice for each`,
  );
  const catalog = await loadCatalog(config().SQL_DIR);
  const report = await withSession(context, 'check', async ({ url }) => {
    const client = new pg.Client({ connectionString: url, application_name: 'tickwave check' });
    await client.connect();
    try {
      const recomputation = new PlainCopy(catalog);
      return await findLeaks({ client, recomputation, seed, cuts: flags.cuts, mostRows: MOST_ROWS });
    } finally {
      await client.end();
    }
  });
  if (flags.json) terminal.print(JSON.stringify(report));
  else for (const line of describe(report)) terminal.print(line);
  if (report.leaks.length > 0) throw new FoundWanting('rows know the future');
}

function describe({ leaks, compared, views, cuts, seed }: LeakReport): readonly string[] {
  if (leaks.length === 0)
    return [`no leak in ${compared} rows of ${views.length} views, at ${cuts.join(', ')} (seed ${seed})`];
  return leaks.flatMap(describeLeak);
}

const KINDS: Readonly<Record<Leak['kind'], string>> = {
  stored: 'is stored otherwise than its query gives',
  cut: 'changes when the future is cut off',
  changed: 'changes when one row of the future does',
};

function describeLeak({ kind, view, columns, differing, cut, changed, sample }: Leak): readonly string[] {
  const where = columns.length === 0 ? 'whole rows' : columns.join(', ');
  const when = cut === null ? '' : ` at ${cut}`;
  const row = changed === null ? [] : [`  changed    ${changed.table} ${JSON.stringify(changed.row)}`];
  return [
    `${view} ${KINDS[kind]}${when}: ${differing} rows, ${where}`,
    ...row,
    ...(sample === null
      ? []
      : [`  one side   ${JSON.stringify(sample.left)}`, `  the other  ${JSON.stringify(sample.right)}`]),
  ];
}
