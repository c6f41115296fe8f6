import type { Trade, TradeGap } from '../../landing.ts';
import type { MemoryLanding } from '../../memoryLanding.ts';
import {
  cutAt,
  type EndTrades,
  type FeedMemory,
  type IdRange,
  MADE_UP_FROM,
  type MissingIds,
} from './memory.ts';

/** Reads back what a landing in memory holds: for tests and dry runs. */
export class LandedMemory implements FeedMemory {
  private readonly stored: MemoryLanding['stored'];

  constructor(landing: MemoryLanding) {
    this.stored = landing.stored;
  }

  async trades(exchange: string, symbol: string): Promise<EndTrades | null> {
    const ids = this.idsOf(exchange, symbol).filter(({ id }) => id < MADE_UP_FROM);
    const [first, last] = [ids[0], ids.at(-1)];
    return first === undefined || last === undefined ? null : { first: first.trade, last: last.trade };
  }

  async lastHeartbeat(exchange: string, symbol: string): Promise<string | null> {
    const minutes = [...this.stored.heartbeats.values()]
      .filter((row) => row.exchange === exchange && row.symbol === symbol)
      .map((row) => row.minute);
    return minutes.sort().at(-1) ?? null;
  }

  async gaps(exchange: string, symbol: string, permanent: number): Promise<readonly TradeGap[]> {
    const rows = [...this.stored.gaps.values()]
      .filter((row) => row.exchange === exchange && row.symbol === symbol)
      .sort((a, b) => (BigInt(a.fromId) < BigInt(b.fromId) ? 1 : -1));
    return [
      ...rows.filter(({ status }) => status === 'detected'),
      ...rows.filter(({ status }) => status === 'permanent').slice(0, permanent),
    ];
  }

  async missing(
    exchange: string,
    symbol: string,
    { fromId, toId }: IdRange,
    limit: number,
  ): Promise<readonly MissingIds[]> {
    const [from, to] = [BigInt(fromId), BigInt(toId)];
    const found: MissingIds[] = [];
    let next = from;
    let before: string | null = null;
    const inside = this.idsOf(exchange, symbol).filter(({ id }) => id >= from && id <= to);
    for (const { id, trade } of inside) {
      if (id > next) found.push(missingIds(next, id - 1n, before, trade.ts));
      next = id + 1n;
      before = trade.ts;
    }
    if (next <= to) found.push(missingIds(next, to, before, null));
    return cutAt(found, limit, toId);
  }

  private idsOf(exchange: string, symbol: string): { readonly id: bigint; readonly trade: Trade }[] {
    return [...this.stored.trades.values()]
      .filter((trade) => trade.exchange === exchange && trade.symbol === symbol)
      .map((trade) => ({ id: BigInt(trade.tradeId), trade }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

function missingIds(from: bigint, to: bigint, fromTs: string | null, toTs: string | null): MissingIds {
  return { fromId: from.toString(), toId: to.toString(), fromTs, toTs };
}
