import type { SimulatedExchange } from '../simulatedExchange.ts';
import { coveredTrades, type Stored } from './account.ts';
import type { Watch } from './watchedLanding.ts';

export interface SummaryOf {
  readonly options: {
    readonly dialect: { readonly name: string };
    readonly seed: number;
    readonly minutes: number;
  };
  readonly exchange: SimulatedExchange;
  readonly watch: Watch;
  readonly kills: number;
  readonly stored: Stored;
}

/** The figures of a soak on one line. */
export function summaryOf({ options, exchange, watch, kills, stored }: SummaryOf): string {
  const { dialect, seed, minutes } = options;
  const { tape } = exchange;
  const covered = tape.markets.map((market) => coveredTrades(market, stored));
  const injected = [...exchange.faults.injected].sort(([a], [b]) => (a < b ? -1 : 1));
  const faults = injected.reduce((sum, [, count]) => sum + count, 0);
  const closed = (status: string): number => stored.gaps.filter((gap) => gap.status === status).length;
  const repaired = stored.gaps.reduce((sum, gap) => sum + gap.repaired, 0);
  const skipped = tape.markets.flatMap((market) => market.skipped);
  return [
    `${dialect.name}, seed ${seed}, ${minutes} min:`,
    `${faults} faults (${injected.map(([kind, count]) => `${kind} ${count}`).join(', ')}),`,
    `${kills} kills, ${exchange.connections} connections, ${exchange.desk.requests} REST requests;`,
    `ledger ${covered.reduce((sum, trades) => sum + trades.length, 0)} trades`,
    `(${covered.flat().filter((trade) => trade.hidden).length} never on the socket),`,
    `landed ${stored.trades.length}, duplicates ignored ${watch.duplicates};`,
    `holes repaired ${closed('repaired')} (${repaired} trades), permanent ${closed('permanent')} of ${skipped.length} made,`,
    `open ${closed('detected')}; heartbeats ${stored.heartbeats.length}, candles ${watch.candles};`,
    `dead letters ${stored.deadLetters.length} of ${exchange.malformed.filter((f) => f.passedAt !== null).length} passed,`,
    `${exchange.malformed.length} sent`,
  ].join(' ');
}
