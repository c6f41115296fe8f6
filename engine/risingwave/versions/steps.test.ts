import { describe, expect, test } from '@jest/globals';
import { buildCatalog, type Catalog, readSqlFolder } from '../../catalog/catalog.ts';
import { checkDialect } from '../dialect.ts';
import { versionStatements } from './steps.ts';

const FILES: Readonly<Record<string, string>> = {
  'landing/ticks.sql': `-- Ticks: one row per place and id.
create table ticks (
  place varchar,
  id bigint,
  at timestamptz,
  price numeric,
  primary key (place, id)
) on conflict do nothing;`,
  'candles/minutes.sql': `-- Minutes: one row per place and minute.
-- grain: place, minute
create materialized view minutes as
select place, date_trunc('minute', at) as minute, sum(price) as total from ticks group by place, date_trunc('minute', at);`,
  'candles/latest.sql': `-- The latest: one row per place and minute.
create view latest as
select minutes.place, minutes.minute, minutes.total from minutes;`,
  'candles/places.sql': `-- Places: one row per place; the minutes of it.
-- grain: place
create materialized view places as
with own as (select m.place, m.total from minutes as m)
select latest.place, count(*) as minutes from latest join own on own.place = latest.place group by latest.place;`,
  'candles/others.sql': `-- Others: one row per place.
-- grain: place
create materialized view others as
select place, count(*) as ticks from ticks group by place;`,
  'sinks/places_sink.sql': `-- Places as they change.
create sink places_sink from places
with (connector = 'kafka', properties.bootstrap.server = '\${KAFKA_BROKERS}', topic = 'places', primary_key = 'place') format upsert encode json;`,
};

const OPTIONS = {
  environment: { KAFKA_BROKERS: 'redpanda:9092' },
  analyst: 'analyst',
  subscribed: ['places', 'others'],
};

function catalog(changed: Readonly<Record<string, string>> = {}): Catalog {
  return buildCatalog(new Map(Object.entries({ ...FILES, ...changed })));
}

const readable = (sql: string): string => sql.replace(/(['"])[0-9a-f]{16}\1/g, '$1…$1');
const doubled = (FILES['candles/minutes.sql'] ?? '').replace('sum(price)', 'sum(price) * 2');

describe('from one version to another on RisingWave', () => {
  test('every statement of every step, in order', () => {
    const { refusals, ...steps } = versionStatements(
      catalog(),
      catalog({ 'candles/minutes.sql': doubled }),
      OPTIONS,
    );
    expect(refusals).toEqual([]);
    const text = Object.entries(steps).map(
      ([step, list]) => `-- ${step}\n${list.map((sql) => `${readable(sql)};`).join('\n')}`,
    );
    expect(text.join('\n\n')).toMatchSnapshot();
  });

  test('nothing of it is what RisingWave was seen to reject', () => {
    const { refusals: _, ...steps } = versionStatements(
      catalog(),
      catalog({ 'candles/minutes.sql': doubled }),
      OPTIONS,
    );
    for (const sql of Object.values(steps).flat()) expect(checkDialect(sql)).toEqual([]);
  });

  test('a view that does not read the changed one is left alone; one that is gone is dropped at the end', () => {
    const files = new Map(Object.entries({ ...FILES, 'candles/minutes.sql': doubled }));
    files.delete('candles/others.sql');
    const { build, promote, cleanup } = versionStatements(catalog(), buildCatalog(files), OPTIONS);
    const about = [...build, ...promote].filter((sql) => sql.includes('others'));
    expect(about.map((sql) => readable(sql))).toEqual([
      "insert into engine_deployed values\n  ('others', 'materialized view', '', '', 'dropped')",
      "delete from catalog where name = 'others'",
      "delete from catalog_columns where object = 'others'",
      "delete from catalog_lineage where object = 'others'",
      "delete from catalog_fingerprints where object = 'others'",
    ]);
    expect(cleanup).toEqual(
      expect.arrayContaining(['drop subscription others_changes', 'drop materialized view others']),
    );
  });

  test('comments alone build and swap nothing', () => {
    const said = (FILES['candles/minutes.sql'] ?? '').replace('-- Minutes', '-- The minutes');
    const { build, promote } = versionStatements(
      catalog(),
      catalog({ 'candles/minutes.sql': said }),
      OPTIONS,
    );
    expect([...build, ...promote].filter((sql) => /^(create|alter)/.test(sql))).toEqual([]);
  });

  test('a table and a kind that change are refused; a CTE with the name of a view stays itself', () => {
    const wide = (FILES['landing/ticks.sql'] ?? '').replace(
      'price numeric,',
      'price numeric,\n  size numeric,',
    );
    expect(
      versionStatements(catalog(), catalog({ 'landing/ticks.sql': wide }), OPTIONS).refusals[0],
    ).toContain('ticks.sql');
    const plain = (FILES['candles/others.sql'] ?? '').replace('materialized view', 'view');
    expect(
      versionStatements(catalog(), catalog({ 'candles/others.sql': plain }), OPTIONS).refusals[0],
    ).toContain("can't be swapped");
    const both = {
      'candles/minutes.sql': doubled,
      'candles/places.sql': (FILES['candles/places.sql'] ?? '').replace(
        'with own as (select m.place, m.total from minutes as m)',
        'with own as (select m.place, m.total from minutes as m), latest as (select place from own)',
      ),
    };
    const { build } = versionStatements(catalog(), catalog(both), OPTIONS);
    const places = build.find((sql) => sql.includes('view places__2')) ?? '';
    expect(places).toContain('latest as (select place from own)');
    expect(places).toContain('from minutes__2 as m)');
    expect(places).not.toContain('latest__2');
  });

  test('each view of sql/ can be built under another name with all that reads it', async () => {
    const files = await readSqlFolder('sql');
    const before = buildCatalog(files);
    for (const { file, kind, name } of before.objects) {
      if (kind !== 'materialized view') continue;
      const changed = new Map(files).set(
        file,
        (files.get(file) ?? '').replace(/^-- grain: (\w+), (\w+)/m, '-- grain: $2, $1'),
      );
      const { build, refusals } = versionStatements(before, buildCatalog(changed), OPTIONS);
      expect(refusals).toEqual([]);
      for (const sql of build) expect(checkDialect(sql)).toEqual([]);
      if (changed.get(file) !== files.get(file)) expect(build.join()).toContain(`${name}__2`);
    }
  });
});
