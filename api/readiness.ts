import { sql } from 'kysely';
import type { Context } from './context.ts';
import type { Market } from './markets.ts';

/** What stands against being ready, and what is worth knowing though it does not. */
export interface Readiness {
  readonly reasons: readonly string[];
  readonly notes: readonly string[];
  /** Markets with enough history. */
  readonly markets: number;
}

/** The minutes of history that the longest indicators reach over. */
const REACH = 280;
const SHOWN = 20;

/** Looks at the engine, the database and each market's history. */
export async function assess(context: Context): Promise<Readiness> {
  const [engine, history] = await Promise.all([engineReasons(context), historyOf(context)]);
  return { ...history, reasons: [...engine, ...history.reasons] };
}

async function engineReasons({ status, maxLagMs, logger }: Context): Promise<readonly string[]> {
  try {
    const { state, refreshLagMs, detail } = await status();
    const more = detail === undefined ? '' : `: ${detail}`;
    if (state !== 'running') return [`engine: ${state}${more}`];
    const lag = refreshLagMs ?? 0;
    return lag > maxLagMs ? [`engine: refresh lag ${(lag / 1000).toFixed(1)} s${more}`] : [];
  } catch (error) {
    logger.warn({ err: error }, 'the engine did not say how it is');
    return ['engine: does not answer'];
  }
}

async function historyOf(context: Context): Promise<Readiness> {
  try {
    const all = await context.markets.all();
    if (all.length === 0) return { reasons: ['no market has data yet'], notes: [], markets: 0 };
    const warming = (await Promise.all(all.slice(0, 200).map((market) => warmUp(market, context)))).filter(
      (line) => line !== null,
    );
    const shown =
      warming.length > SHOWN
        ? [...warming.slice(0, SHOWN), `and ${warming.length - SHOWN} more markets`]
        : warming;
    const none = warming.length === Math.min(all.length, 200);
    // A market that was added a minute ago must not take those that are complete out of service.
    return { reasons: none ? shown : [], notes: none ? [] : shown, markets: all.length - warming.length };
  } catch (error) {
    context.logger.warn({ err: error }, 'the database could not say how far its markets are');
    const code = (error as { code?: unknown }).code;
    const missing = code === '42P01' || code === '42703';
    return {
      reasons: [missing ? 'views are not applied yet' : 'database unreachable'],
      notes: [],
      markets: 0,
    };
  }
}

async function warmUp({ exchange, symbol }: Market, { db }: Context): Promise<string | null> {
  const newest = await db
    .selectFrom('trend')
    .select(['reach_rows', 'reach_complete'])
    .where('exchange', '=', exchange)
    .where('symbol', '=', symbol)
    .where('timeframe', '=', sql.lit('1m'))
    .orderBy('window_start', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (newest?.reach_complete) return null;
  const rows = Number(newest?.reach_rows ?? 0);
  return `${symbol} on ${exchange}: ${rows < REACH ? `warming up: ${rows} of ${REACH} minutes` : 'a gap in its last minutes'}`;
}
