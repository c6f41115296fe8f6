import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Audit } from '../../versions/audit.ts';
import { PostgresVersions } from './postgresVersions.ts';
import { Bench, type Changes, FILES } from './testing/places.ts';

const MINUTES = FILES.minutes ?? '';
const CHEAP = { name: 'cheap', columns: ['total'], holds: 'total < 200' };
const ELSEWHERE = { name: 'elsewhere', columns: ['nothing'], holds: 'nothing' };

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.make();
  await bench.open();
  await bench.write(1, 60);
});

afterAll(() => bench.remove());

/** What is found wrong with a change before it may take the names. */
async function wrongWith(changed: Changes): Promise<Omit<Audit, 'passed'>[]> {
  const id = await bench.apply(changed);
  const versions = new PostgresVersions(bench.client, bench.database.url);
  const active = await versions.active();
  if (active === null) throw new Error('no version');
  const audits = await versions.audit(active, [CHEAP, ELSEWHERE]);
  await bench.step(id, 'cancel', 'cancelled');
  const asked = [...new Set(audits.map(({ audit }) => audit))];
  expect(asked).toEqual(expect.arrayContaining(['unique', 'not null', 'cheap']));
  expect(asked).not.toContain('elsewhere');
  return audits.flatMap(({ passed, ...audit }) => (passed ? [] : [audit]));
}

test('a version that only says it otherwise has nothing wrong', async () => {
  expect(await wrongWith({ minutes: MINUTES.replace('sum(price)', 'sum(price) * 1') })).toEqual([]);
});

test('more than a fifth of the rows gone', async () => {
  const fewer = MINUTES.replace('where at', "where place <> 'place 1' and at");
  expect(await wrongWith({ minutes: fewer })).toEqual([
    { view: 'minutes', audit: 'rows', detail: '15 rows, where there were 22' },
    { view: 'changes', audit: 'rows', detail: '15 rows, where there were 22' },
  ]);
});

test('a null in the key', async () => {
  const place = "nullif(place, 'place 1')";
  const empty = MINUTES.replace('select place', `select ${place} as place`).replace(
    'group by place',
    `group by ${place}`,
  );
  expect(await wrongWith({ minutes: empty })).toEqual([
    { view: 'minutes', audit: 'not null', detail: '7 rows have a null in their key' },
    { view: 'changes', audit: 'not null', detail: '7 rows have a null in their key' },
  ]);
});

test('rows that do not meet what has to hold', async () => {
  expect(await wrongWith({ minutes: MINUTES.replace('sum(price)', 'sum(price) * 100') })).toContainEqual({
    view: 'minutes',
    audit: 'cheap',
    detail: '22 rows do not have total < 200',
  });
});
