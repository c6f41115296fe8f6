import type { ClientBase } from 'pg';
import type { Chance } from './chance.ts';
import { type RandomColumn, TABLES } from './relation.ts';

const START = Date.UTC(2026, 0, 1, 23, 20);
/** Minutes that times fall into; midnight lies inside. */
const MINUTES = 80;

/** A value of a column; few enough different ones that rows meet. Sums of floats are exact, so that no order of adding shows. */
function value(chance: Chance, column: RandomColumn, isKey: boolean): unknown {
  if (!isKey && chance.likely(0.12)) return null;
  switch (column.type) {
    case 'text':
      return chance.pick(['a', 'b', 'c']);
    case 'bigint':
      return chance.whole(1, 60);
    case 'boolean':
      return chance.likely(0.5);
    case 'numeric':
      return (chance.whole(0, 80) / 10).toFixed(1);
    case 'double precision':
      return chance.whole(0, 40) / 4;
    case 'timestamptz':
      return time(chance, isKey);
  }
}

function time(chance: Chance, isMinute: boolean): string {
  const ms = chance.whole(0, MINUTES * 60_000);
  const step = isMinute || chance.likely(0.2) ? 60_000 : chance.likely(0.4) ? 15_000 : 1;
  return new Date(START + Math.floor(ms / step) * step).toISOString();
}

/** One random write to a random table; rarely one that empties it, rarely one of very many rows. */
export async function randomWrite(client: ClientBase, chance: Chance): Promise<void> {
  const table = chance.pick(
    [TABLES[0], TABLES[0], TABLES[0], TABLES[1], TABLES[1], TABLES[2]].filter((item) => item !== undefined),
  );
  const column = chance.pick(table.columns.filter((item) => !table.key.includes(item.name)));
  const place = chance.pick(['a', 'b', 'c']);
  const kind = chance.fraction();
  if (kind < 0.62) {
    const rows = Array.from({ length: kind < 0.04 ? 150 : chance.whole(1, 12) }, () =>
      Object.fromEntries(
        table.columns.map((item) => [item.name, value(chance, item, table.key.includes(item.name))]),
      ),
    );
    const names = table.columns.map((item) => item.name).join(', ');
    const update = chance.likely(0.3)
      ? `do update set ${column.name} = excluded.${column.name}`
      : 'do nothing';
    // A statement may meet a key once only when it updates.
    const text = `insert into ${table.name} (${names}) select distinct on (${table.key.join(', ')}) ${names} from jsonb_populate_recordset(null::${table.name}, $1::jsonb) on conflict (${table.key.join(', ')}) ${update}`;
    await client.query(text, [JSON.stringify(rows)]);
  } else if (kind < 0.82) {
    await client.query(
      `update ${table.name} set ${column.name} = $2 where place = $1 and ${table.key.at(-1)}::text like $3`,
      [place, value(chance, column, false), `%${chance.whole(0, 9)}%`],
    );
  } else if (kind < 0.95) {
    await client.query(`delete from ${table.name} where place = $1 and ${table.key.at(-1)}::text like $2`, [
      place,
      `%${chance.whole(0, 9)}%`,
    ]);
  } else if (kind < 0.98) await client.query(`truncate ${table.name}`);
  else await client.query(`delete from ${table.name}`);
}
