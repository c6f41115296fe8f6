import pg from 'pg';
import { Catalog } from '../../catalog/catalog.ts';
import { printSelect } from '../../sql/parse.ts';
import { toPostgres } from '../compile/dialect.ts';
import { refreshFunction } from '../compile/refreshFunction.ts';
import { identifier } from '../compile/restrict.ts';
import { layOut } from '../deploy/plan.ts';
import { nameText } from '../deploy/publicNames.ts';
import { readDeployedCatalog } from './deployedCatalog.ts';

/** What building a version beside the one in a database runs there, and what publishing it would; for people to read first. */
export async function buildStatements(url: string, after: Catalog): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'tickwave plan' });
  await client.connect();
  try {
    const before = (await readDeployedCatalog(client)) ?? new Catalog([]);
    const layout = layOut(before, after);
    const published = layOut(after, before);
    const sides = layout.views.filter(({ name }) => layout.sides.has(name));
    const names = after.objects.flatMap((object) => {
      const text = nameText(object, published);
      const old = before.find(object.name);
      const same = old && nameText(old, layout) === text;
      return text === null || same
        ? []
        : [`create or replace view public.${identifier(object.name)} as ${text}`];
    });
    return [
      ...sides.map((view) => {
        const query = printSelect(toPostgres(layout.compilation(view).rule.query, layout.tableOf));
        return `create table ${layout.tableOf(view.name)} as ${query} with no data`;
      }),
      ...sides.map((view) => refreshFunction(layout.compilation(view))),
      ...names.map((statement) => `-- at promote\n${statement}`),
    ];
  } finally {
    await client.end();
  }
}
