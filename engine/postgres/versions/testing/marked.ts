import type pg from 'pg';
import { type Changes, FILES } from './places.ts';
import type { Ask } from './reader.ts';

/**
 * Views of which every row says of which version it is: the factor of its totals. `plain` is what `total` is a multiple of,
 * so that a row can be held against itself, and `minutes` counts the ticks that `places`, which never changes, counts too.
 *
 * @param columns more columns of `minutes`, before the rest: with and without, the name has to be made anew
 */
export function marked(factor: number, columns = ''): Changes {
  return {
    minutes: `-- Minutes: one row per place and minute.
-- grain: place, minute
-- time: minute
create materialized view minutes as
select place, date_trunc('minute', at) as minute, ${columns} ${factor} as factor, count(*) as ticks, sum(price) as plain, ${factor} * sum(price) as total
from ticks where at is not null group by place, date_trunc('minute', at);`,
    changes: `-- Changes: one row per place and minute.
-- grain: place, minute
-- time: minute
create materialized view changes as
select place, minute, factor, total, total - lag(total) over (partition by place order by minute) as change from minutes;`,
    latest: `-- The latest: one row per place and minute.
create view latest as
select changes.place, changes.minute, changes.factor, changes.change, minutes.factor as minutes_factor
from changes join minutes on minutes.place = changes.place and minutes.minute = changes.minute;`,
    places: FILES.places ?? '',
  };
}

interface Seen {
  readonly factors: string;
  readonly rows: number;
  readonly broken: number;
  readonly unpaired: number;
  readonly ticks: number;
  readonly counted: number;
}

/** Three views of one moment and of one version: none of their rows contradicts another. */
const WHOLE = `
  select coalesce(string_agg(distinct coalesce(minutes.factor, changes.factor)::text, ','), '') as factors,
    count(*)::int as rows,
    count(*) filter (where minutes.total <> minutes.factor * minutes.plain)::int as broken,
    count(*) filter (where minutes.factor is distinct from changes.factor or minutes.total is distinct from changes.total)::int as unpaired,
    coalesce(sum(minutes.ticks), 0)::int as ticks,
    (select coalesce(sum(places.ticks), 0)::int from places) as counted
  from minutes full join changes on changes.place = minutes.place and changes.minute = minutes.minute`;

/** Names in the other order, and so their locks. */
const TURNED = WHOLE.replace('minutes full join changes', 'changes full join minutes');

const LATEST = `
  select coalesce(string_agg(distinct factor::text || minutes_factor::text, ','), '') as factors, count(*)::int as rows
  from latest`;

function judge(seen: Seen | undefined): string | null {
  if (seen === undefined || seen.rows === 0) return 'no rows';
  const whole = seen.broken === 0 && seen.unpaired === 0 && seen.ticks === seen.counted;
  return whole && ['1', '2'].includes(seen.factors) ? null : `not of one version: ${JSON.stringify(seen)}`;
}

async function whole(client: pg.Client, query: pg.QueryConfig = { text: WHOLE }): Promise<string | null> {
  return judge((await client.query<Seen>(query)).rows[0]);
}

async function latest(client: pg.Client, name?: string): Promise<string | null> {
  const query = name === undefined ? { text: LATEST } : { name, text: LATEST };
  const { rows } = await client.query<{ factors: string; rows: number }>(query);
  const ok = rows[0] !== undefined && rows[0].rows > 0 && ['11', '22'].includes(rows[0].factors);
  return ok ? null : `latest is not of one version: ${JSON.stringify(rows[0])}`;
}

/** Two statements on one snapshot: each may be of another version, both see the same ticks. */
async function snapshot(client: pg.Client): Promise<string | null> {
  const count = async (text: string): Promise<number> =>
    (await client.query<{ ticks: number }>(text)).rows[0]?.ticks ?? -1;
  await client.query('begin isolation level repeatable read');
  const places = await count('select coalesce(sum(ticks), 0)::int as ticks from places');
  const minutes = await count('select coalesce(sum(ticks), 0)::int as ticks from minutes');
  const problem = await whole(client);
  await client.query('commit');
  return problem ?? (places === minutes ? null : `${places} ticks and then ${minutes} in one snapshot`);
}

/** How people read: text, prepared once, through a plain view, in a transaction of several statements. */
export const WAYS: Readonly<Record<string, Ask>> = {
  'in text': (client) => whole(client),
  prepared: (client) => whole(client, { name: 'whole', text: WHOLE }),
  'in the other order': (client) => whole(client, { text: TURNED }),
  'through a plain view': (client) => latest(client),
  'through a plain view, prepared': (client) => latest(client, 'latest'),
  'in repeatable read': snapshot,
};
