import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { buildCatalog, loadCatalog } from '../../engine/catalog/catalog.ts';
import { sourcesYaml } from './sources.ts';

interface Source {
  readonly sources: readonly [{ readonly tables: readonly Readonly<Record<string, unknown>>[] }];
}

const TABLE = `-- Prices as they came: one row per id.
-- grain: id
-- why: kept whole.
create table prices (
  id bigint, -- the exchange's own id
  ts timestamptz, -- when it was
  primary key (id)
);`;
const VIEW = `-- Prices a day: one row per day.
-- grain: day
-- time: day
create materialized view days as
select
  date_trunc('day', ts) as day, -- start of the day
  count(*) as prices -- how many
from prices
group by date_trunc('day', ts);`;

function tables(): readonly Readonly<Record<string, unknown>>[] {
  const catalog = buildCatalog(
    new Map([
      ['landing/prices.sql', TABLE],
      ['candles/days.sql', VIEW],
    ]),
  );
  return (parse(sourcesYaml(catalog)) as Source).sources[0].tables;
}

describe('sources of dbt', () => {
  test('a table is described by its header and comments, its key left to the database', () => {
    expect(tables()[0]).toEqual({
      name: 'prices',
      description: 'Prices as they came: one row per id.\n\nkept whole.',
      config: { meta: { layer: 'landing', kind: 'table', grain: ['id'] } },
      columns: [
        { name: 'id', description: "the exchange's own id", data_type: 'bigint' },
        { name: 'ts', description: 'when it was', data_type: 'timestamptz' },
      ],
    });
  });

  test('the grain of a view is checked, within the days that checks look back', () => {
    const where = `day > now() - interval '{{ var("check_days") }} days'`;
    expect(tables()[1]).toEqual({
      name: 'days',
      description: 'Prices a day: one row per day.',
      config: { meta: { layer: 'candles', kind: 'materialized view', grain: ['day'], time: 'day' } },
      data_tests: [{ unique_rows: { arguments: { columns: ['day'] }, config: { where } } }],
      columns: [
        { name: 'day', description: 'start of the day', data_tests: [{ not_null: { config: { where } } }] },
        { name: 'prices', description: 'how many' },
      ],
    });
  });

  test('are those of sql/; `npm run dbt-sources` writes them', async () => {
    const file = fileURLToPath(new URL('../models/sources/tickwave.yml', import.meta.url));
    const sql = fileURLToPath(new URL('../../sql', import.meta.url));
    const catalog = await loadCatalog(sql);
    expect(readFileSync(file, 'utf8')).toBe(sourcesYaml(catalog));
  });
});
