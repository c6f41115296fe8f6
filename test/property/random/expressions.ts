import type { Chance } from './chance.ts';
import { type ColumnType, columnsOfType, type Relation } from './relation.ts';

/** Time rounded down; the origin is one that both engines agree on. */
export function bucketOf(chance: Chance, time: string): string {
  return chance.pick([
    `date_trunc('minute', ${time})`,
    `date_trunc('hour', ${time})`,
    `date_trunc('day', ${time})`,
    `date_bin(interval '5 minutes', ${time}, '2000-01-01 00:00:00+00'::timestamptz)`,
    `date_bin(interval '90 seconds', ${time}, '2000-01-01 00:00:00+00'::timestamptz)`,
    `date_trunc('minute', ${time}) + interval '1 minute'`,
    `date_trunc('hour', ${time} - interval '7 minutes')`,
  ]);
}

/** A condition on a row (thresholds are no sums of what is written, so that no rounding decides), null where the row does not say. */
export function condition(chance: Chance, relation: Relation, alias = ''): string {
  const of = (name: string): string => `${alias}${name}`;
  const numbers = columnsOfType(relation, 'numeric', 'double precision', 'bigint');
  const texts = columnsOfType(relation, 'text');
  const times = columnsOfType(relation, 'timestamptz');
  const flags = columnsOfType(relation, 'boolean');
  const choices = [
    ...numbers.map((name) => `${of(name)} > ${chance.whole(0, 6)}.7183`),
    ...texts.map((name) => `${of(name)} = '${chance.pick(['a', 'b', 'c'])}'`),
    ...texts.map((name) => `${of(name)} <> 'b'`),
    ...texts.map((name) => `${of(name)} in ('a', 'c')`),
    ...times.map((name) => `${of(name)} > '2026-01-01 23:40:00+00'::timestamptz`),
    ...times.map((name) => `${of(name)} = date_trunc('minute', ${of(name)})`),
    ...flags.map((name) => of(name)),
    ...relation.columns.map((column) => `${of(column.name)} is not null`),
    `coalesce(${of(relation.columns[0]?.name ?? '')}::text, 'x') <> 'c'`,
  ];
  return chance.likely(0.2) ? `(${chance.pick(choices)} or ${chance.pick(choices)})` : chance.pick(choices);
}

/** ` where …` now and then. */
export function whereSometimes(chance: Chance, relation: Relation, probability: number, alias = ''): string {
  if (!chance.likely(probability)) return '';
  const conditions = [
    condition(chance, relation, alias),
    ...(chance.likely(0.3) ? [condition(chance, relation, alias)] : []),
  ];
  return ` where ${conditions.join(' and ')}`;
}

/** An aggregate over a relation's rows, the same whatever order they come in. */
export function aggregate(
  chance: Chance,
  relation: Relation,
): { readonly sql: string; readonly type: ColumnType } {
  const filter = chance.likely(0.25) ? ` filter (where ${condition(chance, relation)})` : '';
  const exact = columnsOfType(relation, 'numeric', 'bigint');
  const numbers = [...exact, ...columnsOfType(relation, 'double precision')];
  const flags = columnsOfType(relation, 'boolean');
  const order = [...(relation.time === null ? [] : [relation.time]), ...relation.key].join(', ');
  const choices: { sql: string; type: ColumnType }[] = [
    { sql: `count(*)${filter}`, type: 'bigint' },
    { sql: `count(${chance.pick(relation.columns).name})${filter}`, type: 'bigint' },
    ...numbers.map((name): { sql: string; type: ColumnType } => ({
      sql: `sum(${name}::double precision)${filter}`,
      type: 'double precision',
    })),
    ...exact.map((name): { sql: string; type: ColumnType } => ({
      sql: `sum(${name}::numeric)${filter}`,
      type: 'numeric',
    })),
    ...numbers.map((name): { sql: string; type: ColumnType } => ({
      sql: `avg(${name}::double precision)${filter}`,
      type: 'double precision',
    })),
    ...relation.columns
      .filter((column) => column.type !== 'boolean')
      .flatMap(({ name, type }) => [{ sql: `${chance.pick(['min', 'max'])}(${name})${filter}`, type }]),
    ...relation.columns.flatMap(({ name, type }) => [
      { sql: `${chance.pick(['first_value', 'last_value'])}(${name} order by ${order})${filter}`, type },
    ]),
    ...flags.map((name): { sql: string; type: ColumnType } => ({
      sql: `bool_or(${name})${filter}`,
      type: 'boolean',
    })),
  ];
  return chance.pick(choices);
}
