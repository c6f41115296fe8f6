import type { ClientBase } from 'pg';
import type { Cost } from '../../versions/plan.ts';

interface Known {
  readonly view: string;
  readonly rows: number;
  readonly built: number | null;
  readonly seconds: number | null;
}

/**
 * How much there is to compute for a view: the rows that it has, or for a new one the rows of its largest input; and how long by
 * what its last build took, or all builds together.
 */
export async function readCosts(
  client: ClientBase,
): Promise<(view: string, reads: readonly string[]) => Cost> {
  const { rows } = await client.query<Known>(
    `select deployed.name as view, greatest(relation.reltuples, pg_stat_get_live_tuples(relation.oid), 0)::float8 as rows, builds.rows::float8 as built, builds.seconds
     from engine.deployed as deployed
     join pg_class as relation on relation.oid = to_regclass(coalesce(deployed.stored_as, 'public.' || quote_ident(deployed.name)))
     left join engine.builds as builds on builds.view = deployed.name and builds.rows > 0
     where deployed.kind in ('table', 'materialized view')`,
  );
  const known = new Map(rows.map((row) => [row.view, row]));
  const measured = rows.filter(({ seconds }) => seconds !== null);
  const sum = (of: (row: Known) => number | null): number =>
    measured.reduce((all, row) => all + (of(row) ?? 0), 0);
  const usual = measured.length > 0 ? sum((row) => row.seconds) / sum((row) => row.built) : null;
  return (view, reads) => {
    const own = known.get(view);
    const inputs = reads.map((name) => known.get(name)?.rows ?? 0);
    const count = Math.round(own?.rows ?? Math.max(0, ...inputs));
    const each = own?.seconds && own.built ? own.seconds / own.built : usual;
    return { rows: count, seconds: each === null ? null : each * count };
  };
}
