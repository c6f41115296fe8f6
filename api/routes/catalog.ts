import { sql } from 'kysely';
import { z } from 'zod';
import { type Route, route } from '../route.ts';

const MOST = 1_000;

const viewSchema = z.object({
  name: z.string(),
  kind: z.string().describe('table, view, materialized view, source or sink'),
  layer: z.string().describe('Folder of sql/ that it is in'),
  file: z.string(),
  summary: z.string().nullable(),
  grain: z.string().nullable().describe('What one row is, as columns'),
  reads: z.array(z.string()).describe('Tables and views that it is made of'),
});

/** What sql/ defines, and what is made of what. */
export const catalog: Route = route({
  path: '/v1/catalog',
  id: 'listCatalog',
  summary: 'Tables and views, and which of them each one reads',
  description: `The lineage of what sql/ defines, as it was applied last; at most ${MOST}.`,
  params: z.strictObject({}),
  query: z.strictObject({}),
  answer: async () => z.object({ data: z.array(viewSchema) }),
  problems: ['unknown_parameter'],
  handle: async (_params, _query, { db }) => {
    const { rows } = await sql<Omit<z.infer<typeof viewSchema>, 'reads'>>`
      select name, kind, layer, file, summary, grain from catalog order by layer, name limit ${sql.lit(MOST)}`.execute(
      db,
    );
    const lineage = await sql<{ readonly object: string; readonly reads: string }>`
      select object, reads from catalog_lineage order by object, reads`.execute(db);
    const data = rows.map((row) => ({
      ...row,
      reads: lineage.rows.filter(({ object }) => object === row.name).map(({ reads }) => reads),
    }));
    return { data };
  },
});
