import { describe, expect, test } from '@jest/globals';
import { layOut } from '../postgres/deploy/plan.ts';
import { buildCatalog, loadCatalog } from './catalog.ts';
import { CatalogError, type SqlProblem } from './problem.ts';

const TICKS = `-- Ticks: one row per place and id.
create table ticks (
  place varchar, -- where
  id bigint, -- number
  at timestamptz, -- when
  price numeric,
  primary key (place, id)
) on conflict do nothing
with (connector = 'kafka', topic = 'ticks', properties.bootstrap.server = '\${KAFKA_BROKERS}')
format plain encode json;
`;

/** A stored view with its header, its query beginning in line 6. */
const stored = (name: string, query: string, grain = 'place'): string =>
  `-- ${name}: what it is for, one row per place.\n-- grain: ${grain}\n-- why: a test\n\ncreate materialized view ${name} as\n${query};\n`;

function build(views: Readonly<Record<string, string>>) {
  return buildCatalog(new Map([['landing/ticks.sql', TICKS], ...Object.entries(views)]));
}

function problems(views: Readonly<Record<string, string>>): readonly SqlProblem[] {
  try {
    build(views);
    return [];
  } catch (error) {
    if (error instanceof CatalogError) return error.problems;
    throw error;
  }
}

/** Problems of one view named `sums` with this query. */
const of = (query: string, grain?: string): readonly SqlProblem[] =>
  problems({ 'candles/sums.sql': stored('sums', query, grain) });

describe('a file of sql/', () => {
  test('gives columns, comments, key and the clauses that only RisingWave reads', () => {
    const ticks = build({}).get('ticks');
    expect(ticks.columns).toEqual([
      { name: 'place', comment: 'where', type: expect.stringMatching(/varchar/i) },
      { name: 'id', comment: 'number', type: expect.stringMatching(/bigint/i) },
      { name: 'at', comment: 'when', type: expect.stringMatching(/timestamptz/i) },
      { name: 'price', comment: '', type: expect.stringMatching(/numeric/i) },
    ]);
    expect(ticks.key).toEqual(['place', 'id']);
    expect(ticks.statement.keepsFirst).toBe(true);
    expect(ticks.statement.parsable.trimEnd().endsWith(')')).toBe(true);
    expect(ticks.statement.body).toContain('format plain encode json');
    expect(Object.fromEntries(ticks.statement.options)).toEqual({
      connector: 'kafka',
      topic: 'ticks',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of sql/
      'properties.bootstrap.server': '${KAFKA_BROKERS}',
    });
  });

  test('gives header, columns and inputs of a view, CTEs left out', () => {
    const view = build({
      'candles/sums.sql':
        '-- Sums of prices:\n-- one row per place.\n-- grain: place\n-- freshness: 1.5 s\n-- why: because\n--   of this\ncreate materialized view sums as\nwith ticks_there as (select * from ticks where price > 0)\nselect place, -- where it was\n  sum(price) as total -- of all, and more\nfrom ticks_there group by place;',
    }).get('sums');
    expect(view.header).toEqual({
      summary: 'Sums of prices: one row per place.',
      grain: ['place'],
      time: null,
      freshnessMs: 1500,
      why: 'because of this',
    });
    expect(view.columns.map(({ name, comment }) => [name, comment])).toEqual([
      ['place', 'where it was'],
      ['total', 'of all, and more'],
    ]);
    expect(view.inputs).toEqual(['ticks']);
  });

  test('may come before what it reads', () => {
    const catalog = build({
      'a/later.sql': stored('later', 'select place, total from sums'),
      'b/sums.sql': stored('sums', 'select place, sum(price) as total from ticks group by place'),
    });
    expect(catalog.objects.map((object) => object.name)).toEqual(['ticks', 'sums', 'later']);
    expect(() => catalog.get('sumz')).toThrow("there is no table or view 'sumz'; did you mean 'sums'?");
  });
});

describe('is refused with file, line, reason and what to do:', () => {
  test('an unknown relation', () => {
    expect(of('select place,\n  1 as n\nfrom tick')).toEqual([
      {
        file: 'candles/sums.sql',
        line: 8,
        code: 'unknown-relation',
        message: "'sums' reads 'tick', which no file defines",
        suggestion: "did you mean 'ticks'?",
      },
    ]);
  });

  test.each([
    [
      'a column that is not there',
      'select place,\n  sum(pric) as total\nfrom ticks group by place',
      7,
      "nothing that 'sums' reads here has a column 'pric'",
      "did you mean 'price'?",
    ],
    [
      'of an alias',
      'select t.place,\n\n  t.pric\nfrom ticks as t',
      8,
      "'t' has no column 'pric'",
      "did you mean 'price'?",
    ],
    [
      'of a name that is no alias',
      'select ticks.place\nfrom ticks as t',
      6,
      "'ticks.place': nothing here is called 'ticks'",
      'known names: t',
    ],
    [
      'in where',
      'select place from ticks\nwhere prise > 1',
      7,
      "nothing that 'sums' reads here has a column 'prise'",
      "did you mean 'price'?",
    ],
    [
      'in a join',
      'select a.place from ticks as a\njoin ticks as b on b.plaze = a.place',
      7,
      "'b' has no column 'plaze'",
      "did you mean 'place'?",
    ],
    [
      'of a CTE',
      'with c as (select place from ticks)\nselect place, price from c',
      7,
      "nothing that 'sums' reads here has a column 'price'",
      "did you mean 'place'?",
    ],
    [
      'in a subquery',
      'select place from ticks\nwhere exists (select 1 from ticks as o where o.x = ticks.place)',
      7,
      "'o' has no column 'x'",
      'known names: at, id, place, price',
    ],
    [
      'in a window',
      'select place, sum(price) over (partition by place\n  order by att) as total from ticks',
      7,
      "nothing that 'sums' reads here has a column 'att'",
      "did you mean 'at'?",
    ],
    [
      'in the second part of a union',
      'select place from ticks\nunion all\nselect plac from ticks',
      8,
      "nothing that 'sums' reads here has a column 'plac'",
      "did you mean 'place'?",
    ],
  ])('an unknown column %s', (_, query, line, message, suggestion) => {
    expect(of(query)).toEqual([
      { file: 'candles/sums.sql', line, code: 'unknown-column', message, suggestion },
    ]);
  });

  test.each([
    'select place, max(at) as latest from ticks group by place order by latest',
    'select t.place from ticks as t where exists (select 1 from ticks as o where o.place = t.place and o.id > t.id)',
    'select place, l.at from ticks as t left join lateral (select o.at from ticks as o where o.place = t.place limit 1) as l on true',
    'select place, a.price, b.price as other from ticks as a join ticks as b using (place, id)',
    'select place, c.n from (select place, count(*) from ticks group by place) as c (place, n)',
    'with c (p, n) as (select place, count(*) from ticks group by place) select p as place, n from c',
    'select place, unnest(array[1, 2]) as n from ticks',
    'select place, n from ticks, generate_series(1, 2) as n',
    'select ticks.*, count(ticks) over (partition by place) as n from ticks',
    'select distinct on (place) place, id as number from ticks order by place, number',
  ])('nothing about %s', (query) => {
    expect(of(query)).toEqual([]);
  });

  test('a cycle, once, with its path', () => {
    const found = problems({
      'a/first.sql': stored('first', 'select place from third'),
      'a/second.sql': stored('second', 'select place from first'),
      'a/third.sql': stored('third', 'select place from second'),
    });
    expect(found).toEqual([
      expect.objectContaining({
        file: 'a/first.sql',
        line: 6,
        code: 'cycle',
        message: 'a cycle: first reads third reads second reads first',
      }),
    ]);
  });

  test('a name that is given twice', () => {
    const found = problems({
      'a/sums.sql': stored('sums', 'select place from ticks'),
      'b/sums.sql': stored('sums', 'select place from ticks'),
    });
    expect(found).toEqual([
      expect.objectContaining({
        file: 'b/sums.sql',
        line: 5,
        code: 'duplicate',
        message: "'sums' is also defined in sql/a/sums.sql",
      }),
    ]);
  });

  test.each([
    ['select place\nfrom ticks\ngroup place', 8],
    ["select place, 'größer' as word\nfrom ticks\nwhere where", 8],
    ['select place,\nfrom ticks', 7],
  ])('what does not parse, at the right line: %j', (query, line) => {
    expect(of(query)).toEqual([expect.objectContaining({ code: 'syntax', line, file: 'candles/sums.sql' })]);
  });

  test('an open quote', () => {
    expect(of("select 'a as place from ticks")).toEqual([
      expect.objectContaining({ code: 'syntax', file: 'candles/sums.sql' }),
    ]);
  });

  test('two statements in one file, and a statement that has no place here', () => {
    expect(of('select place from ticks; select 1')).toEqual([
      expect.objectContaining({ code: 'one-object' }),
    ]);
    expect(problems({ 'a/x.sql': '-- X.\ndrop table ticks;' })).toEqual([
      expect.objectContaining({ code: 'kind', line: 2 }),
    ]);
  });

  test.each([
    [
      'no grain',
      '-- Sums.\ncreate materialized view sums as select place from ticks;',
      'grain',
      "'sums' states no grain",
    ],
    ['no header', 'create view sums as select place from ticks;', 'header', "'sums' has no header"],
    [
      'a grain that is no column',
      '-- S.\n-- grain: plase\ncreate materialized view sums as select place from ticks;',
      'grain',
      "grain or time column 'plase' is not a column of 'sums'",
    ],
    [
      'a time that is no column',
      '-- S.\n-- grain: place\n-- time: when\ncreate materialized view sums as select place from ticks;',
      'grain',
      "grain or time column 'when' is not a column of 'sums'",
    ],
    [
      'a freshness that is none',
      '-- S.\n-- grain: place\n-- freshness: soon\ncreate materialized view sums as select place from ticks;',
      'header',
      "freshness is 'soon'; write a number and ms, s, min or h, as in 'freshness: 1 s'",
    ],
    [
      'a grain that the engine needs for itself',
      '-- S.\n-- grain: number\ncreate materialized view sums as select id as number from ticks;',
      'engine-name',
      "grain column 'number' has a name that the engine's own tables use",
    ],
    [
      'another name than its file',
      '-- S.\n-- grain: place\ncreate materialized view sumz as select place from ticks;',
      'file-name',
      "'sumz' is defined in sums.sql",
    ],
    [
      'a column twice',
      '-- S.\n-- grain: place\ncreate materialized view sums as select place, id as n, price as n from ticks;',
      'column',
      "column 'n' is there twice",
    ],
  ])('%s', (_, text, code, message) => {
    expect(problems({ 'candles/sums.sql': text })).toContainEqual(expect.objectContaining({ code, message }));
  });

  test.each(['now()', 'clock_timestamp()', 'random()', 'current_timestamp', 'gen_random_uuid()'])(
    'a stored view that asks for %s',
    (call) => {
      expect(of(`select place,\n  ${call} as moment from ticks`)).toEqual([
        expect.objectContaining({
          code: 'ambient',
          message: expect.stringContaining("'sums' is stored but depends on the moment it is asked"),
        }),
      ]);
    },
  );

  test('a stored view over a plain one that asks for the moment, but not the plain one', () => {
    const plain = '-- P.\ncreate view recent as select place from ticks where at > now();';
    expect(problems({ 'a/recent.sql': plain })).toEqual([]);
    expect(
      problems({ 'a/recent.sql': plain, 'a/sums.sql': stored('sums', 'select place from recent') }),
    ).toEqual([expect.objectContaining({ code: 'ambient', file: 'a/sums.sql' })]);
  });

  test('everything that is wrong at once, as compilers print it', () => {
    expect(() =>
      build({
        'a/one.sql': stored('one', 'select place from tick'),
        'a/two.sql': stored('two', 'select place from tikcs'),
      }),
    ).toThrow(
      "sql/a/one.sql:6: 'one' reads 'tick', which no file defines [unknown-relation]\n  did you mean 'ticks'?\nsql/a/two.sql:6: 'two' reads 'tikcs'",
    );
  });
});

test('the catalog of sql/, so that a review sees what a change does', async () => {
  const layout = layOut(await loadCatalog('sql'));
  const described = layout.catalog.objects
    .filter((object) => object.kind !== 'function')
    .map((object) => {
      const rule = layout.rules.get(object.name);
      const lines = [
        `${object.kind} ${object.name}: ${object.key.join(', ')}${object.header.time ? ` | time ${object.header.time}` : ''}${object.header.freshnessMs ? ` | fresh ${object.header.freshnessMs} ms` : ''}`,
        `  columns ${object.columns.map((column) => (column.type ? `${column.name} ${column.type.toLowerCase()}` : column.name)).join(', ')}`,
        ...(object.inputs.length > 0 ? [`  reads ${[...new Set(object.inputs)].join(', ')}`] : []),
        ...(rule
          ? [
              `  slices by ${[...rule.partition, ...(rule.time ? [`${rule.time} (time)`] : [])].join(', ') || 'nothing: the whole view'}`,
            ]
          : []),
        ...(rule?.leaves ?? []).map(
          (leaf) =>
            `    ${leaf.leaf.relation}: ${leaf.chain ? [leaf.chain.column, ...leaf.chain.steps.map((step) => step.kind)].join(' > ') : leaf.scope}${leaf.notes.length > 0 ? ` (${leaf.notes.join('; ')})` : ''}`,
        ),
      ];
      return lines.join('\n');
    });
  expect(described.join('\n')).toMatchSnapshot();
});
