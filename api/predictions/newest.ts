import { readFileSync } from 'node:fs';
import { CompiledQuery, type Kysely } from 'kysely';
import type { EngineProfile } from '../../engine/profile.ts';
import type { Views } from '../database.ts';
import type { LatestPrediction } from './latest.ts';

/** A prediction as the table has it. */
export type Stored = Omit<LatestPrediction, 'predicts_for'>;

const sql = (name: string): string => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const WALK = sql('latest.postgres');
const LOOK = sql('latest');

const MARKS = 'select exchange, symbol, event_time from watermarks order by exchange, symbol';
const CHAMPIONS =
  "select name, version, horizon_minutes from models where alias = 'champion' order by horizon_minutes, name";

/** Pairs of a market and a champion that are looked up in one statement. */
const AT_ONCE = 50;

interface Mark {
  readonly exchange: string;
  readonly symbol: string;
  readonly event_time: string;
}

interface Champion {
  readonly name: string;
  readonly version: number;
  readonly horizon_minutes: number;
}

/** The newest prediction of each champion in each market, by market, horizon and model. */
export async function newestPredictions(
  db: Kysely<Views>,
  walks: EngineProfile['walks'],
): Promise<readonly Stored[]> {
  const ask: Ask = async (text, values = []) =>
    (await db.executeQuery<never>(CompiledQuery.raw(text, [...values]))).rows;
  return walks === 'lateral' ? ask<Stored>(WALK) : look(ask);
}

type Ask = <Row>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/** A look-up a pair, as many in one statement as it takes. */
async function look(ask: Ask): Promise<readonly Stored[]> {
  const [marks, champions] = await Promise.all([ask<Mark>(MARKS), ask<Champion>(CHAMPIONS)]);
  const looks = marks.flatMap(({ exchange, symbol, event_time }) =>
    champions.map(({ name, version, horizon_minutes }) => [
      ...[exchange, symbol, event_time, horizon_minutes, name, version],
    ]),
  );
  const found: Stored[] = [];
  for (let from = 0; from < looks.length; from += AT_ONCE) {
    const some = looks.slice(from, from + AT_ONCE);
    const texts = some.map((values, index) => renumbered(LOOK, index * values.length));
    found.push(...(await ask<Stored>(texts.join('union all\n'), some.flat())));
  }
  // A union has no order.
  const places = new Map(
    looks.map(([exchange, symbol, , horizon, name], index) => [
      JSON.stringify([exchange, symbol, horizon, name]),
      index,
    ]),
  );
  const placeOf = (row: Stored): number =>
    places.get(JSON.stringify([row.exchange, row.symbol, row.horizon_minutes, row.model])) ?? 0;
  return [...found].sort((a, b) => placeOf(a) - placeOf(b));
}

function renumbered(text: string, by: number): string {
  return text.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + by}`);
}
