import { existsSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { parse } from 'yaml';
import { z } from 'zod';
import { apiReaders } from '../../api/readers.ts';
import type { Config } from '../../config/config.ts';
import type { Catalog } from '../../engine/catalog/catalog.ts';
import { relationsOf } from '../../engine/sql/expand.ts';
import { parseSelect } from '../../engine/sql/parse.ts';
import type { Consumer } from '../../engine/versions/plan.ts';
import { alertsOf } from '../alerts.ts';

const exposuresSchema = z.object({
  exposures: z.array(z.object({ name: z.string(), depends_on: z.array(z.string()) })),
});
const EXPOSURES = new URL('../../dbt/models/exposures.yml', import.meta.url);

/** All who read views from outside of sql/: models in service, paths and channels of the API with their fields, sinks, dbt exposures, alert rules. */
export async function findConsumers(config: Config, url: string, catalog: Catalog): Promise<Consumer[]> {
  return [
    ...(await models(url, catalog)),
    ...(await apiConsumers(catalog)),
    ...catalog.objects
      .filter(({ kind }) => kind === 'sink')
      .flatMap(({ name, inputs }) => inputs.map((reads) => ({ kind: 'sink', name, reads, columns: null }))),
    ...exposures(),
    ...alertsOf(config).rules.flatMap(({ name, sql }) =>
      relationsOf(parseSelect(sql)).map((reads) => ({ kind: 'alert', name, reads, columns: null })),
    ),
  ];
}

/** Paths and channels of the API. Their fields are the columns of the view. */
export async function apiConsumers(catalog: Catalog): Promise<Consumer[]> {
  const readers = await apiReaders();
  return readers.map(({ name, view, rows }) => ({
    ...{ kind: 'api', name, reads: view },
    columns: rows ? catalog.columnsOf(view) : null,
  }));
}

interface InService {
  readonly name: string;
  readonly version: number;
  readonly alias: string;
  /** Null where nobody wrote it down. */
  readonly features: string | null;
}

/** Champions and challengers, with the features that they are asked with; the baseline reads none. */
async function models(url: string, catalog: Catalog): Promise<Consumer[]> {
  if (catalog.find('models') === undefined) return [];
  const client = new pg.Client({ connectionString: url, application_name: 'tickwave plan' });
  await client.connect();
  try {
    const { rows } = await client.query<InService>(
      `select name, version, alias, feature_names as features from models
        where alias is not null and coalesce(algorithm, '') <> 'persistence' order by name, version`,
    );
    return rows.map(({ name, version, alias, features }) => ({
      ...{ kind: 'model', name: `${alias} ${name} ${version}`, reads: 'features' },
      // Which rows it is asked about is as good as an input.
      columns: features === null ? null : [...z.array(z.string()).parse(JSON.parse(features)), 'complete'],
    }));
  } finally {
    await client.end();
  }
}

function exposures(): Consumer[] {
  if (!existsSync(EXPOSURES)) return [];
  const { exposures: all } = exposuresSchema.parse(parse(readFileSync(EXPOSURES, 'utf8')));
  return all.flatMap(({ name, depends_on: sources }) =>
    sources.flatMap((source) => {
      const reads = /^source\('tickwave', '(\w+)'\)$/.exec(source)?.[1];
      return reads === undefined ? [] : [{ kind: 'dbt', name, reads, columns: null }];
    }),
  );
}
