import { type Kysely, sql } from 'kysely';
import type { Logger } from 'pino';
import type { Catalog } from './catalog.ts';
import type { Context, EngineStatus } from './context.ts';
import type { Views } from './database.ts';
import type { Market, Markets } from './markets.ts';

/** How far the history of the markets reaches. */
export interface History {
  /** Why none can be served properly; empty when at least one can. */
  readonly reasons: readonly string[];
  /** What is not complete, though others are. */
  readonly notes: readonly string[];
  /** Markets with enough history. */
  readonly markets: number;
}

const SHOWN = 20;
const MOST = 200;
const STATUS_WITHIN_MS = 2_000;

/** What stands against being ready, by the engine and by the history of each market. */
export async function assess(context: Context): Promise<History> {
  const [engine, history] = await Promise.all([engineReasons(context), context.history.get()]);
  return { ...history, reasons: [...engine, ...history.reasons] };
}

async function engineReasons({ status, maxLagMs, logger }: Context): Promise<readonly string[]> {
  try {
    const { state, refreshLagMs, detail } = await inTime(status());
    const more = detail === undefined ? '' : `: ${detail}`;
    if (state !== 'running') return [`engine: ${state}${more}`];
    const lag = refreshLagMs ?? 0;
    return lag > maxLagMs ? [`engine: refresh lag ${(lag / 1000).toFixed(1)} s${more}`] : [];
  } catch (error) {
    logger.warn({ cause: String(error) }, 'the engine did not say how it is');
    return ['engine: does not answer'];
  }
}

async function inTime(answer: Promise<EngineStatus>): Promise<EngineStatus> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${STATUS_WITHIN_MS} ms`)), STATUS_WITHIN_MS);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** Reads the history of every market. One short query each, by index; the caller remembers the answer for a second. */
export async function readHistory(
  db: Kysely<Views>,
  catalog: Catalog,
  markets: Markets,
  logger: Logger,
): Promise<History> {
  try {
    const all = (await markets.all()).slice(0, MOST);
    if (all.length === 0) return { reasons: ['no market has data yet'], notes: [], markets: 0 };
    const reach = await reachOf(catalog);
    const states = await Promise.all(all.map((market) => warmUp(market, reach, db)));
    const warming = states.filter((line) => line !== null);
    const rest = warming.length - SHOWN;
    const shown = rest > 0 ? [...warming.slice(0, SHOWN), `and ${rest} more markets`] : warming;
    const none = warming.length === all.length;
    // A market that was added a minute ago must not take those that are complete out of service.
    return { reasons: none ? shown : [], notes: none ? [] : shown, markets: all.length - warming.length };
  } catch (error) {
    logger.warn({ cause: String(error) }, 'the database could not say how far its markets are');
    const code = (error as { code?: unknown }).code;
    const missing = code === '42P01' || code === '42703';
    return {
      reasons: [missing ? 'views are not applied yet' : 'database unreachable'],
      notes: [],
      markets: 0,
    };
  }
}

/**
 * How many minutes the longest indicator reaches over. The SQL alone decides it and says it in the comment of the
 * column that counts them; where comments are not kept, it is not known here, and the messages go without.
 */
async function reachOf(catalog: Catalog): Promise<number | null> {
  const column = (await catalog.columns('trend')).find(({ name }) => name === 'reach_rows');
  const said = /of the (\d+) rows/.exec(column?.description ?? '')?.[1];
  return said === undefined ? null : Number(said);
}

async function warmUp(market: Market, reach: number | null, db: Kysely<Views>): Promise<string | null> {
  const { exchange, symbol } = market;
  const newest = await db
    .selectFrom('trend')
    .select(['reach_rows', 'reach_complete'])
    .where('exchange', '=', exchange)
    .where('symbol', '=', symbol)
    .where('timeframe', '=', sql.lit('1m'))
    .orderBy('window_start', 'desc')
    .limit(sql.lit(1))
    .executeTakeFirst();
  if (newest?.reach_complete) return null;
  const rows = Number(newest?.reach_rows ?? 0);
  return `${symbol} on ${exchange}: ${describeReach(rows, reach)}`;
}

function describeReach(rows: number, reach: number | null): string {
  if (reach === null) return `warming up, or minutes are missing: ${rows} minutes so far`;
  if (rows < reach) return `warming up: ${rows} of ${reach} minutes`;
  return `minutes are missing in the last ${reach}`;
}
