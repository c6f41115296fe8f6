import { toPostgres } from '../engine/postgres/compile/dialect.ts';
import { printSelect } from '../engine/sql/parse.ts';
import { round } from './latency.ts';
import { openRig, type Rig } from './rig.ts';

/** One market's minutes of `days` days as imported candles: a walk with a little of everything. */
async function importMinutes(rig: Rig, days: number): Promise<void> {
  await rig.client.query(
    `insert into candles_imported (exchange, symbol, window_start, open, high, low, close, volume, notional, trades, taker_buy_volume)
     select 'bench', 'BTC/USD', '2025-01-01'::timestamptz + n * interval '1 minute', price, price + 5, price - 5, price + (n % 7) - 3,
       1 + (n % 11) * 0.1, (1 + (n % 11) * 0.1) * price, 10 + n % 5, 0.5
     from (select n, round((50000 + 2000 * sin(n / 500.0) + 300 * sin(n / 17.0) + (n * 7919 % 101))::numeric, 2) as price from generate_series(0, $1::int * 1440 - 1) as n) as walk`,
    [days],
  );
}

/** All stored views from a market's minutes, by the engine and by plain `create materialized view` and `refresh` of the same SQL. */
export async function benchBackfill(days: number): Promise<Readonly<Record<string, unknown>>> {
  const rig = await openRig();
  try {
    await importMinutes(rig, days);
    const started = performance.now();
    const refresh = await rig.engine.refresh();
    const engineSeconds = (performance.now() - started) / 1000;
    const views = Object.fromEntries(
      refresh.views.map((view) => [view.view, { rows: view.changed, seconds: round(view.seconds) }]),
    );
    process.stderr.write(`engine: ${engineSeconds.toFixed(1)} s ${JSON.stringify(views)}\n`);
    const plainSeconds = await plain(rig);
    process.stderr.write(`plain: ${JSON.stringify(plainSeconds)}\n`);
    return { days, engineSeconds: round(engineSeconds), plain: plainSeconds, views };
  } finally {
    await rig.close();
  }
}

/** The same SQL as plain materialized views in a schema of their own, created empty of anything clever, then refreshed. */
async function plain(rig: Rig): Promise<{ readonly createSeconds: number; readonly refreshSeconds: number }> {
  const { layout } = rig.engine;
  const stored = new Set(layout.views.map((view) => view.name));
  const tableOf = (name: string): string => (stored.has(name) ? `plain.${name}` : `public.${name}`);
  await rig.client.query('create schema plain; set jit = off; set search_path = public, compat');
  const run = async (statement: (view: string, query: string) => string): Promise<number> => {
    const started = performance.now();
    for (const view of layout.views) {
      await rig.client.query(
        statement(view.name, printSelect(toPostgres(layout.compilation(view).rule.query, tableOf))),
      );
      await rig.client.query(`analyze plain.${view.name}`);
    }
    return round((performance.now() - started) / 1000);
  };
  const createSeconds = await run((view, query) => `create materialized view plain.${view} as ${query}`);
  const refreshSeconds = await run((view) => `refresh materialized view plain.${view}`);
  return { createSeconds, refreshSeconds };
}
