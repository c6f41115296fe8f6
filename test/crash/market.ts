/** Trades that follow from their number alone, so that what a crash left can be held against what should be there. */
export interface LedgerTrade {
  readonly id: number;
  readonly ts: string;
  readonly price: string;
  readonly quantity: string;
  readonly side: string | null;
}

const START = Date.UTC(2026, 0, 1, 23, 58);

/** The trade of a number: mostly in order, some late, some of one instant. */
export function ledgerTrade(id: number): LedgerTrade {
  const late = id % 11 === 0 ? 90_000 : 0;
  const ms = START + 90_000 + Math.floor(id / 3) * 400 - late;
  return {
    id,
    ts: new Date(ms).toISOString(),
    price: (100 + ((id * 7919) % 1000) / 100).toFixed(2),
    quantity: (1 + (id % 7) / 10).toFixed(1),
    side: id % 13 === 0 ? null : id % 2 === 0 ? 'buy' : 'sell',
  };
}

/** Writes trades of a market from one number up to before another, again if they are there. */
export const INSERT_TRADES = `
  insert into trades (exchange, symbol, trade_id, ts, price, quantity, side, received_at)
  select 'ledger', $1, id, ts, price, quantity, side, ts
  from jsonb_to_recordset($2::jsonb) as sent (id bigint, ts timestamptz, price numeric, quantity numeric, side text)
  on conflict do nothing`;

export const SYMBOLS = ['BTC/USD', 'ETH/USD', 'SOL/USD'];
