import { expect, test } from '@jest/globals';
import { buildCatalog, loadCatalog } from './catalog.ts';
import { lintCatalog } from './lint.ts';
import { formatProblem } from './problem.ts';

const TRADES = `-- Trades: one row per id.
create table trades (
  id bigint, -- the id
  price numeric,
  primary key (id)
);`;

function lint(view: string): string[] {
  return lintCatalog(
    buildCatalog(
      new Map([
        ['a/trades.sql', TRADES.replace('price numeric,', 'price numeric, -- the price')],
        ['b/prices.sql', `-- Prices: one row per id.\n-- grain: id\n${view}`],
      ]),
    ),
  ).map((problem) => `${problem.code} ${problem.line}`);
}

test('sql/ keeps the house style', async () => {
  expect(lintCatalog(await loadCatalog('sql')).map(formatProblem)).toEqual([]);
});

test('a column without explanation is named', () => {
  const problems = lintCatalog(buildCatalog(new Map([['a/trades.sql', TRADES]])));
  expect(problems.map((problem) => problem.message)).toEqual(["column 'price' has no explanation beside it"]);
});

test('upper case, stars over relations and endless lines are reported with their line', () => {
  const good = 'create view prices as\nselect\n  id, -- the id\n  price -- the price\nfrom trades;';
  expect(lint(good)).toEqual([]);
  expect(lint(good.replace('from', 'FROM'))).toEqual(['lower-case 7']);
  expect(lint(good.replace('from trades', "from trades where 'USD' is not null"))).toEqual([]);
  expect(lint(good.replace('from trades', 'from (select * from trades) as all_of_them'))).toEqual(['star 7']);
  expect(lint(good.replace('from trades', `from trades where ${'id > 0 and '.repeat(30)} true`))).toEqual([
    'line-length 7',
  ]);
});
